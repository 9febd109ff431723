// plotly.js over a drawing, for a reader who asks for it: zoom, pan, the traces one by one, a picture to keep. It shows
// the state of the moment and makes way when a control moves.
import { recolor } from "./colors.js";
import { fetchPart, isDark } from "./page.js";

const setPath = (object, path, value) => {
  const keys = path.split("."), last = keys.pop();
  keys.reduce((part, key) => (part[key] ??= {}), object)[last] = value;
};

const themed = (host, layout) => {
  const style = getComputedStyle(host), ink = style.color;
  const [paper, muted] = ["paper", "muted"].map((name) => style.getPropertyValue(`--live-${name}`).trim());
  layout.autosize = true;
  layout.width = undefined;
  layout.height = host.clientHeight;
  layout.font = { ...layout.template.layout?.font, ...layout.font, family: style.fontFamily, color: ink };
  layout.paper_bgcolor = layout.plot_bgcolor = paper;      // beneath the names at the pointer, and in a picture to keep
  layout.hoverlabel = { bgcolor: paper, bordercolor: ink, font: { color: ink } };
  layout.modebar = { bgcolor: paper, color: muted, activecolor: ink };
  return layout;
};

// The plotly figure: in the page, or in a file of that name.
const figureOf = (host) => {
  const { dataset: { name }, textContent } = host.closest("live-figure, live-plot").querySelector("script.live-zoomed");
  return name ? fetchPart("LiveZoomed", name, `zoomed/${name}.js`) : JSON.parse(textContent);
};

// Draws it with its bound values into `host`; what this returns takes it away again.
self.LiveZoom = async (host, spec, program) => {
  const given = await figureOf(host), plot = { ...given, layout: { template: self.LiveTemplate, ...given.layout } };
  const { data, layout } = isDark() ? recolor(plot, spec.dark) : structuredClone(plot);
  for (const [k, attribute, reference] of spec.bindings ?? []) setPath(k < 0 ? layout : data[k], attribute, program.copy(reference));
  const over = Object.assign(document.createElement("div"), { className: "live-gd" });
  host.append(over);
  const config = { displaylogo: false, displayModeBar: true, responsive: true, showSendToCloud: false };
  await window.Plotly.newPlot(over, data, themed(host, layout), config);
  host.classList.add("zoomed");
  return () => {
    host.classList.remove("zoomed");
    window.Plotly.purge(over);
    over.remove();
  };
};

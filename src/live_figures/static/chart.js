// A drawing that moves: parts of the page's own SVG, written again from arrays as live_figures/drawing wrote them.
import { SHADES, colorTable, recolor } from "./colors.js";
import { isDark } from "./page.js";

export const ONE = 10000;             // a panel is ONE units wide and high
const FAR = 1e8;                      // beyond this a place is cut off

const share = ({ letter, range: [low, high] }, value) => (letter === "y" ? high - value : value - low) / (high - low);
const place = (axis, value) => {
  if (axis.log) value = value > 0 ? Math.log10(value) : NaN;
  return Math.floor(Math.max(-FAR, Math.min(FAR, ONE * share(axis, value))) + 0.5);
};
const percent = (part) => Math.floor(ONE * part + 0.5) / 100 + "%";

const linePath = (xs, ys, shape) => {
  let path = "", last = -1;
  for (let k = 0; k < ys.length; k++) {
    const x = xs[k], y = ys[k];
    if (x !== x || y !== y) { last = -1; continue; }
    if (last < 0) path += "M" + x + " " + y;
    else if (shape === "hv") path += "H" + x + "V" + y;
    else if (shape === "vh") path += "V" + y + "H" + x;
    else if (shape === "hvh") path += "H" + Math.round((xs[last] + x) / 2) + "V" + y + "H" + x;
    else if (shape === "vhv") path += "V" + Math.round((ys[last] + y) / 2) + "H" + x + "V" + y;
    else path += "L" + x + " " + y;
    last = k;
  }
  return path;
};
const dotPath = (xs, ys) => {       // round caps make a dot of each
  let path = "";
  for (let k = 0; k < ys.length; k++) if (xs[k] === xs[k] && ys[k] === ys[k]) path += "M" + xs[k] + " " + ys[k] + "h1";
  return path;
};
const barPath = ({ begins, ends, feet, flat }, tops) => {
  let path = "";
  for (let k = 0; k < tops.length; k++) {
    const [a, b, f, t] = [begins[k], ends[k], feet[k], tops[k]];
    path += flat ? `M${f} ${a}V${b}H${t}V${a}Z` : `M${a} ${f}V${t}H${b}V${f}Z`;
  }
  return path;
};

// [share, text, whether a narrow page leaves it out] of each tick of a linear axis.
const ticks = (axis) => {
  const { letter, range, most, tickvals, ticktext } = axis, [low, high] = range[0] < range[1] ? range : [range[1], range[0]];
  let pairs;
  if (tickvals) pairs = tickvals.map((v, k) => [v, String(ticktext?.[k] ?? v).replace("-", "−"), k % 2]);
  else {
    const rough = (high - low) / most, unit = 10 ** Math.floor(Math.log10(rough));
    const step = axis.dtick ?? unit * [1, 2, 5, 10].find((m) => m * unit >= rough * (1 - 1e-9));
    const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    pairs = [];
    for (let k = Math.ceil(low / step - 1e-6); k <= Math.floor(high / step + 1e-6); k++)
      pairs.push([k * step, (k * step).toFixed(decimals).replace("-", "−"), k % 2]);
  }
  const inside = pairs.map(([v, text, odd]) => [share(axis, v), text, odd]).filter(([s]) => s > -0.002 && s < 1.002);
  const crowded = letter === "x" ? inside.length > 6 || inside.length * Math.max(0, ...inside.map(([, text]) => text.length)) > 24
    : tickvals && inside.length > 8;
  return inside.map(([s, text, odd]) => [s, text, crowded && odd]);
};

// `spec`: what a figure's page says of it; `host`: the element that holds the drawing.
export class Chart {
  constructor(host, spec, program) {
    Object.assign(this, { host, spec, program });
    this.axes = structuredClone(spec.chart.axes);
    for (const name in this.axes) this.axes[name].letter = name[0];
    this.traces = Object.entries(spec.chart.traces).map(([k, trace]) => ({ ...trace, k, bound: {} }));
    this.parts = new Map([...host.querySelectorAll("[data-part]")].map((path) => [path.dataset.part, path]));
    for (const [k, attribute, reference] of spec.bindings)
      if (k >= 0) this.traces.find((trace) => trace.k == k).bound[attribute] = reference;
    this.ranges = spec.bindings.filter(([k]) => k < 0).map(([, attribute, reference]) => [attribute.replace(/axis|\.range/g, ""), reference]);
    this.follow();
  }

  // Brings the drawing up to date with those arrays that changed; with all of them if none are named.
  follow(changed) {
    const isNew = (reference) => !changed || changed.has(/^\w+/.exec(reference)[0]);
    const stretched = this.ranges.filter(([name, reference]) => isNew(reference) && this.setRange(name, reference)).map(([name]) => name);
    for (const trace of this.traces) {
      const names = Object.keys(trace.bound).filter((name) => isNew(trace.bound[name]));
      for (const [i, name] of trace.axes.entries()) if (stretched.includes(name)) names.push("xy"[i]);
      if (names.length || !changed) this[trace.type](trace, names);
    }
  }

  view(trace, name) { return this.program.refer(trace.bound[name]).view; }

  // Where the points of a trace lie along an axis, as whole numbers; those that do not move are known.
  places(trace, i, names) {
    const letter = "xy"[i], axis = this.axes[trace.axes[i]];
    if (trace["p" + letter] && !names.includes(letter)) return trace["p" + letter];
    const values = trace.bound[letter] ? this.view(trace, letter) : trace[letter];
    return (trace["p" + letter] = Array.from(values, (v) => place(axis, v)));
  }

  scatter(trace, names) {
    const { k, parts, shape, foot } = trace, xs = this.places(trace, 0, names), ys = this.places(trace, 1, names);
    const line = parts.includes("line") || parts.includes("fill") ? linePath(xs, ys, shape) : "";
    const paths = {
      line: () => line,
      fill: () => (line && `M${xs[0]} ${foot}L${line.slice(1)}L${xs.at(-1)} ${foot}Z`),
      dots: () => dotPath(xs, ys),
    };
    for (const part of parts) this.parts.get(`${k}.${part}`).setAttribute("d", paths[part]());
    if (names.includes("marker.size")) this.parts.get(k + ".dots").setAttribute("stroke-width", this.view(trace, "marker.size")[0]);
    if (!trace.marks) return;
    for (const mark of trace.elements ??= this.host.querySelectorAll(`[data-mark^="${k}."]`)) {
      const i = +mark.dataset.mark.split(".")[1];
      mark.setAttribute("x", xs[i] / 100 + "%");
      mark.setAttribute("y", ys[i] / 100 + "%");
    }
  }

  bar(trace) {
    const axis = this.axes[trace.axes[trace.flat ? 0 : 1]];
    const tops = Array.from(this.view(trace, trace.flat ? "x" : "y"), (v) => place(axis, v));
    this.parts.get(trace.k + ".bar").setAttribute("d", barPath(trace, tops));
  }

  // The picture is a canvas of one pixel a cell.
  heatmap(trace) {
    const { view: z, shape: [rows, columns] } = this.program.refer(trace.bound.z), { low, high, flipped: [up, left] } = trace;
    if (!trace.context) this.placeCanvas(trace, rows, columns);
    const table = trace.table ??= colorTable(isDark() ? recolor(trace.scale, this.spec.dark) : trace.scale);
    const data = trace.image.data, scale = SHADES / (high - low);
    for (let i = 0, from = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const c = 3 * Math.max(0, Math.min(SHADES, Math.round((z[from++] - low) * scale)));
        const at = 4 * ((up ? rows - 1 - i : i) * columns + (left ? columns - 1 - j : j));
        data[at] = table[c]; data[at + 1] = table[c + 1]; data[at + 2] = table[c + 2]; data[at + 3] = 255;
      }
    trace.context.putImageData(trace.image, 0, 0);
  }

  placeCanvas(trace, rows, columns) {
    const box = this.host.querySelector(`[data-map="${trace.k}"]`), canvas = document.createElement("canvas");
    Object.assign(canvas, { width: columns, height: rows });
    canvas.style.cssText = box.firstElementChild.style.cssText;
    box.replaceChildren(canvas);
    trace.context = canvas.getContext("2d", { willReadFrequently: true });   // written by the processor alone
    trace.image = trace.context.createImageData(columns, rows);
  }

  // The cell of a map at a point of the screen: what it is called, its value, and its box.
  cell(x, y) {
    for (const { bound, context, flipped: [up, left] = [], k } of this.traces) {
      if (!context) continue;
      const { canvas } = context, { height: rows, width: columns } = canvas, box = canvas.getBoundingClientRect();
      const [width, height] = [box.width / columns, box.height / rows];
      const i = Math.floor((y - box.top) / height), j = Math.floor((x - box.left) / width);
      if (i < 0 || j < 0 || i >= rows || j >= columns) continue;
      const value = this.program.refer(bound.z).view[(up ? rows - 1 - i : i) * columns + (left ? columns - 1 - j : j)];
      const name = canvas.parentNode.dataset.name;
      return { name, value, left: box.left + j * width, top: box.top + i * height, width, height };
    }
  }

  // A new range of an axis: its ticks and its grid. Whether it is new.
  setRange(name, reference) {
    const axis = this.axes[name], range = [...this.program.refer(reference).view];
    if (String(range) === String(axis.range)) return false;
    axis.range = range;
    const at = ticks(axis), across = axis.letter === "x";
    for (const group of this.host.querySelectorAll(`[data-ticks="${name}"]`))
      group.innerHTML = at.map(([s, text, odd]) =>
        `<text ${group.dataset.at} ${axis.letter}="${percent(s)}"${odd ? ' class="live-odd"' : ""}>${text}</text>`).join("");
    for (const grid of this.host.querySelectorAll(`[data-grid="${name}"]`))
      grid.setAttribute("d", at.map(([s]) => (across ? `M${Math.floor(ONE * s + 0.5)} 0V${ONE}` : `M0 ${Math.floor(ONE * s + 0.5)}H${ONE}`)).join(""));
    for (const panel of this.host.querySelectorAll(`[data-${axis.letter}^="${name} "]`))
      panel.dataset[axis.letter] = `${name} linear ${range.join(" ")}`;
    return true;
  }

  themeChanged() {
    for (const trace of this.traces) if (trace.type === "heatmap") { trace.table = null; this.heatmap(trace); }
  }
}

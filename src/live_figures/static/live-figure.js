// The runtime of live figures: <live-figure> and <live-plot>, which live_figures/page.py writes.
//
// A figure's mathematics is in its module (live/figures/<name>.js, recorded from Python); nothing here computes.
// A control moves -> one run of the module in the next frame -> what changed is drawn. Plotly draws a figure once and
// again when a control rests; in between, `drawTrace` rewrites the paths that Plotly made, through Plotly's own axes.
(() => {
"use strict";
if (customElements.get("live-figure")) return;

const here = document.currentScript?.src ?? "";
const root = here.slice(0, here.lastIndexOf("/") + 1);
const REST_MS = 150;          // a control that has not moved for so long is at rest
const NARROW = 480;           // below this width a plot gives more room to its data
const reduced = matchMedia("(prefers-reduced-motion: reduce)");
const page = document.documentElement;
const figures = new Set();    // every <live-figure> and <live-plot> on the page, in document order

// ---------------------------------------------------------------- small tools

const isDark = () => page.dataset.theme === "dark";
if (!page.dataset.theme) {    // a document of its own, without the book's theme: follow the system
  const systemDark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { page.dataset.theme = systemDark.matches ? "dark" : "light"; };
  systemDark.addEventListener("change", follow);
  follow();
}

const loading = new Map();
const loadScript = (path) => {
  if (!loading.has(path)) {
    loading.set(path, new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = root + path;
      script.onload = done;
      script.onerror = () => { loading.delete(path); failed(new Error(`${path} could not be loaded`)); };
      document.head.append(script);
    }));
  }
  return loading.get(path);
};
const loadPlotly = async () => {
  if (!window.Plotly) await loadScript("plotly.min.js");
  return window.Plotly;
};

// Runs `then` once the frame that is being made has been put on screen.
const painted = new MessageChannel();
const waiting = [];
painted.port1.onmessage = () => waiting.splice(0).forEach((then) => then());
const afterPaint = (then) => { waiting.push(then); if (waiting.length === 1) painted.port2.postMessage(0); };

const DTYPES = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u1: Uint8Array };
const decode = ([dtype, , base64]) => {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const values = new DTYPES[dtype](bytes.buffer);
  return dtype === "f4" ? Float64Array.from(values) : values;
};
const decodeAll = (table) =>
  Object.fromEntries(Object.entries(table).map(([k, v]) => [k, Array.isArray(v) && typeof v[2] === "string" ? decode(v) : v]));

const getPath = (object, path) => path.split(".").reduce((part, key) => part?.[key], object);
const setPath = (object, path, value) => {
  const keys = path.split("."), last = keys.pop();
  keys.reduce((part, key) => (part[key] ??= {}), object)[last] = value;
};

// ---------------------------------------------------------------- numbers as text (live_figures/values.py does the same)

const general = (value, digits) => {
  digits = Math.max(digits, 1);
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  const trim = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (+power < -4 || +power >= digits) return trim(mantissa) + exponentPart(+power);
  return trim(value.toFixed(Math.max(digits - 1 - +power, 0)));
};
const exponentPart = (power) => `e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
const exponential = (value, digits) => {
  const [mantissa, power] = value.toExponential(digits).split("e");
  return mantissa + exponentPart(+power);
};
const fixed = (value, digits) => (Math.abs(value) >= 1e21 ? exponential(value, digits) : value.toFixed(digits));

const formatValue = (value, spec = ".3g") => {
  if (typeof value === "string") return value;
  if (spec === "c") return String.fromCodePoint(value);
  const [, digits, kind] = spec === "d" ? ["", 0, "f"] : /^\.(\d+)([feg%])$/.exec(spec);
  if (kind === "%") return typeset(fixed(100 * value, +digits)) + "%";
  return typeset({ f: fixed, e: exponential, g: general }[kind](+value, +digits));
};
// A number as JavaScript writes it, with a real minus sign and a raised power: -1e-05 is −1×10⁻⁵.
const typeset = (text) => {
  const [mantissa, power] = text.split("e");
  const sign = mantissa.startsWith("-") && /[1-9]/.test(mantissa) ? "−" : "";
  const raised = power ? "×10" + [...String(+power)].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("") : "";
  return sign + mantissa.replace("-", "") + raised;
};
const fillTemplate = (template, get) =>
  template.replace(/\{(\w+(?:\[\d+\])*)(?::([^{}]*))?\}/g, (_, reference, spec) => formatValue(get(reference), spec || ".3g"));

const NEVER_NEGATIVE = new Set(["width", "height", "r", "rx", "ry", "stroke-width"]);
const attributeNumber = (name, value) => {
  const text = general(NEVER_NEGATIVE.has(name) ? Math.max(value, 0) : value, 6);
  return +text === 0 ? text.replace("-", "") : text;
};
const readBindings = (element) => element.dataset.live.split(";").filter((part) => part.trim()).map((part) => {
  const [, name, reference, spec] = /^\s*([\w:-]+)\s*=\s*(\w+(?:\[\d+\])*)\s*(?::\s*(\S+)\s*)?$/.exec(part);
  return { element, name, reference, spec: spec || ".3g", last: null };
});
const applyBinding = (binding, value) => {
  if (value === binding.last) return;
  binding.last = value;
  const { element, name, spec } = binding;
  if (name === "text") element.textContent = formatValue(value, spec);
  else if (name === "show") element.setAttribute("visibility", value > 0 ? "visible" : "hidden");
  else element.setAttribute(name, attributeNumber(name, value));
};

// ---------------------------------------------------------------- the address keeps the state: #name?control=value;name2?...

const readHash = () => {
  const hash = location.hash.slice(1);
  if (!hash.includes("?")) return new Map();   // an ordinary heading's anchor
  return new Map(hash.split(";").map((part) => {
    const [name, query = ""] = part.split("?");
    return [name, [...new URLSearchParams(query)]];
  }));
};
const writeHash = () => {
  const parts = [...figures].map((f) => f.address?.()).filter((part) => part?.includes("?"));
  if (!parts.length && !location.hash.includes("?")) return;
  if (location.protocol === "about:") return;  // inside a notebook's iframe there is no address to keep
  history.replaceState(history.state, "", parts.length ? "#" + parts.join(";") : location.pathname + location.search);
};
const followHash = () => {
  const wanted = readHash();
  let first = true;
  for (const figure of figures) {
    if (!figure.spec.controls || !wanted.has(figure.spec.name)) continue;
    figure.restore(wanted.get(figure.spec.name));
    if (first) figure.scrollIntoView();
    first = false;
  }
};

// ---------------------------------------------------------------- Plotly's drawing, and ours while a control moves

const recolor = (value, map) => {
  if (typeof value === "string") return map[value.toLowerCase()] ?? value;
  if (Array.isArray(value)) return value.map((v) => recolor(v, map));
  if (value && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, recolor(v, map)]));
  return value;
};

const axisOf = (gd, reference) => gd._fullLayout[reference.replace(/^([xy])/, "$1axis")];
const finite = (v) => v !== undefined && Number.isFinite(v);   // an axis gives BADNUM (undefined) off a log scale

const linePath = (xs, ys, shape) => {
  let path = "", pen = "M";
  for (let k = 0; k < ys.length; k++) {
    if (!finite(xs[k]) || !finite(ys[k])) { pen = "M"; continue; }
    if (pen === "L" && shape === "hv") path += "H" + xs[k] + "V" + ys[k];
    else if (pen === "L" && shape === "vh") path += "V" + ys[k] + "H" + xs[k];
    else path += pen + xs[k] + "," + ys[k];
    pen = "L";
  }
  return path || "M0,0";
};

const SHADES = 1024;   // steps of a colour scale: fine enough to be within one of 255 of Plotly's colours
const colorTable = (trace) => {
  const stops = trace.colorscale.map(([at, color]) => [at, toRgb(color)]);
  const table = new Uint8ClampedArray((SHADES + 1) * 3);
  for (let k = 0, s = 0; k <= SHADES; k++) {
    while (s < stops.length - 2 && k / SHADES > stops[s + 1][0]) s++;
    const [[a, from], [b, to]] = [stops[s], stops[s + 1]];
    for (let c = 0; c < 3; c++) table[3 * k + c] = Math.round(from[c] + (to[c] - from[c]) * ((k / SHADES - a) / (b - a)));
  }
  return table;
};
const toRgb = (color) => color[0] === "#"
  ? [1, 3, 5].map((k) => parseInt(color.slice(k, k + 2), 16))
  : color.match(/[\d.]+/g).slice(0, 3).map(Number);

// One trace as Plotly has drawn it. `draw(values)` moves it; false means that only Plotly can draw this change.
class Trace {
  constructor(gd, index, bound) {
    this.gd = gd;
    this.full = gd._fullData[index];
    this.cd = gd.calcdata[index];
    this.bound = bound;
    this.hidden = this.full.visible !== true;
    if (this.hidden) return;
    this.xa = axisOf(gd, this.full.xaxis);
    this.ya = axisOf(gd, this.full.yaxis);
    const layer = { scatter: ".scatterlayer .trace", bar: ".barlayer .trace", heatmap: ".heatmaplayer .hm" }[this.full.type];
    this.group = [...gd.querySelectorAll(layer)].find((g) => g.__data__?.[0]?.trace?.uid === this.full.uid);
    this.slow = this.obstacle();
  }

  // Why only Plotly can draw this trace when it moves; "" where we can.
  obstacle() {
    const { full, bound, xa, ya, group, gd } = this, flat = full.orientation === "h";
    const only = { scatter: ["x", "y", "text", "marker.size"], bar: [flat ? "x" : "y"], heatmap: ["z"] }[full.type];
    const other = bound.find((name) => !only.includes(name)), { barmode, _traceUids } = gd._fullLayout;
    const axes = [["x", xa], ["y", ya]].filter(([name]) => bound.includes(name)).map(([, axis]) => axis);
    const free = axes.find((axis) => axis.autorange), odd = axes.find((axis) => axis.type !== "linear" && axis.type !== "log");
    const sized = bound.includes("marker.size");
    const obstacles = {
      scatter: () => [
        [bound.includes("text") && full.mode.includes("text"), "its words change"],
        [full.stackgroup || full.error_x?.visible || full.error_y?.visible, "stacked, or with error bars"],
        [full.fill !== "none" && full.fill !== "tozeroy", `filled ${full.fill}`],
        [full.mode.includes("lines") && !["linear", "hv", "vh"].includes(full.line.shape), `line.shape ${full.line?.shape}`],
        [sized && (full.marker.symbol !== "circle" || full.marker.sizemode !== "diameter"), "sizes of other marks than circles"],
      ],
      bar: () => [
        [(full.textposition !== "none" && full.text) || full.marker.cornerradius, "bars with words or round corners"],
        [!["group", "overlay"].includes(barmode) && _traceUids.length > 1, `barmode ${barmode}`],
      ],
      heatmap: () => [
        [full.zauto, "no fixed zmin and zmax"],
        [full.zsmooth || full.texttemplate || full.xgap || full.ygap || !full._islinear, "smoothed, spaced or labelled"],
      ],
    };
    return [
      [!group, "not drawn"],
      [other, `its ${other} moves`],
      [free, `its ${free?._name} has no fixed range`],
      [odd, `its ${odd?._name} is of type ${odd?.type}`],
      ...obstacles[full.type](),
    ].find(([found]) => found)?.[1] ?? "";
  }

  draw(values) {
    if (this.hidden) return true;
    if (this.slow) return false;
    return { scatter: this.drawScatter, bar: this.drawBars, heatmap: this.drawHeatmap }[this.full.type].call(this, values);
  }

  pixels(axis, letter, values) {
    return values ? Array.from(values, (v) => axis.c2p(v)) : this.cd.map((point) => axis.c2p(point[letter]));
  }

  drawScatter({ x, y, "marker.size": size }) {
    const { full, xa, ya, group } = this, n = (x ?? y ?? this.cd).length;
    if (n !== this.cd.length) return false;
    const px = x || !this.px ? (this.px = this.pixels(xa, "x", x)) : this.px;
    const py = y || !this.py ? (this.py = this.pixels(ya, "y", y)) : this.py;
    if (full.mode.includes("lines")) {
      const [first, ...rest] = this.lines ??= [...group.querySelectorAll("path.js-line")];
      if (!first) return false;
      const path = linePath(px, py, full.line.shape);
      first.setAttribute("d", path);
      rest.forEach((line) => line.setAttribute("d", "M0,0"));   // gaps are in the first path now
      if (full.fill === "tozeroy") this.fillToZero(path, px);
    }
    if (full.mode.includes("text") && !this.placeWords(px, py)) return false;
    if (!full.mode.includes("markers")) return true;
    const points = this.points ??= [...group.querySelectorAll("path.point")];
    if (points.length !== n) return false;
    for (let k = 0; k < n; k++) {
      if (!finite(px[k]) || !finite(py[k])) return false;
      points[k].setAttribute("transform", `translate(${px[k]},${py[k]})`);
      if (size) {
        const r = Math.round(50 * Math.max(size[k] ?? size[0], full.marker.sizemin ?? 0) / (full.marker.sizeref ?? 1)) / 100;
        points[k].setAttribute("d", `M${r},0A${r},${r} 0 1,1 0,${-r}A${r},${r} 0 0,1 ${r},0Z`);
      }
    }
    return true;
  }

  // Plotly keeps a group for each point that has words; a group's own shift puts them beside the point.
  placeWords(px, py) {
    this.words ??= [...this.group.querySelectorAll(".textpoint")].filter((group) => group.querySelector("text"));
    for (const group of this.words) {
      const x = px[group.__data__?.i], y = py[group.__data__?.i];
      if (!finite(x) || !finite(y)) return false;
      for (const part of group.querySelectorAll("text, tspan.line")) { part.setAttribute("x", x); part.setAttribute("y", y); }
      const inside = x >= 0 && x <= this.xa._length && y >= 0 && y <= this.ya._length;
      group.setAttribute("display", inside ? "inline" : "none");
    }
    return true;
  }

  fillToZero(path, px) {
    const fill = this.fill ??= this.group.querySelector("path.js-fill");
    const zero = this.ya.type === "log" ? this.ya._length : Math.max(0, Math.min(this.ya._length, this.ya.c2p(0)));
    fill?.setAttribute("d", `M${px[0]},${zero}L${path.slice(1)}L${px.at(-1)},${zero}Z`);
  }

  drawBars({ x, y }) {
    const { full, xa, ya, cd } = this, sizes = x ?? y, flat = full.orientation === "h";
    const bars = this.bars ??= [...this.group.querySelectorAll(".point > path")];
    if (sizes.length !== bars.length || bars.length !== cd.length) return false;
    const [along, across] = flat ? [xa, ya] : [ya, xa];
    const visible = (v, other) => (Math.abs(v - other) >= 2 ? v : v > other ? Math.ceil(v) : Math.floor(v));
    for (let k = 0; k < cd.length; k++) {
      let from = along.c2p(cd[k].b, true), to = along.c2p(cd[k].b + sizes[k], true);
      if (from !== to) [from, to] = [visible(from, to), visible(to, from)];
      const p0 = across.c2p(cd[k].p0, true), p1 = across.c2p(cd[k].p1, true);
      bars[k].setAttribute("d", flat ? `M${from},${p0}V${p1}H${to}V${p0}Z` : `M${p0},${from}V${to}H${p1}V${from}Z`);
    }
    return true;
  }

  // The picture is a canvas of one pixel a cell, over Plotly's own image until that one shows the same (`uncover`).
  drawHeatmap({ z }) {
    const { full, xa, ya } = this, rows = z.length, columns = z[0].length;
    const { x, y } = this.cd[0];
    if (x.length !== columns + 1 || y.length !== rows + 1) return false;
    if (!this.canvas) this.placeCanvas(rows, columns);
    const table = this.table ??= colorTable(full);
    const [left, right, top, bottom] = [xa.c2p(x[0]), xa.c2p(x[columns]), ya.c2p(y[0]), ya.c2p(y[rows])];
    const data = this.image.data, scale = SHADES / (full.zmax - full.zmin);
    for (let i = 0; i < rows; i++) {
      const row = bottom < top ? rows - 1 - i : i;
      for (let j = 0; j < columns; j++) {
        const k = 3 * Math.max(0, Math.min(SHADES, Math.round((z[i][j] - full.zmin) * scale)));
        const at = 4 * (row * columns + (right < left ? columns - 1 - j : j));
        data[at] = table[k]; data[at + 1] = table[k + 1]; data[at + 2] = table[k + 2]; data[at + 3] = 255;
      }
    }
    this.context.putImageData(this.image, 0, 0);
    return true;
  }

  placeCanvas(rows, columns) {
    const { xa, ya, group } = this, { x, y } = this.cd[0];
    group.querySelector("foreignObject")?.remove();
    const [x0, x1, y0, y1] = [xa.c2p(x[0]), xa.c2p(x.at(-1)), ya.c2p(y[0]), ya.c2p(y.at(-1))];
    const box = { x: Math.min(x0, x1), y: Math.min(y0, y1), width: Math.abs(x1 - x0), height: Math.abs(y1 - y0) };
    const frame = document.createElementNS("http://www.w3.org/2000/svg", "foreignObject");
    for (const [name, value] of Object.entries(box)) frame.setAttribute(name, value);
    this.canvas = Object.assign(document.createElement("canvas"), { width: columns, height: rows });
    this.canvas.style.cssText = `display:block;width:${box.width}px;height:${box.height}px;image-rendering:pixelated`;
    frame.append(this.canvas);
    group.append(frame);
    this.context = this.canvas.getContext("2d", { willReadFrequently: true });   // written by the processor alone
    this.image = this.context.createImageData(columns, rows);
  }
}

// A plotly figure in an element: themed, sized to its room, redrawn whole (`sync`) or trace by trace (`move`).
class Plot {
  constructor(host, spec, dark) {
    Object.assign(this, { host, spec, dark, values: new Map(), layoutValues: new Map(), traces: new Map(), dirty: new Set(), slow: new Set() });
  }

  // values: trace index -> {attribute: array}. The arrays are kept and written in place.
  build() {
    const { data, layout } = isDark() ? recolor(this.spec, this.dark) : structuredClone(this.spec);
    for (const [index, values] of this.values) {
      for (const [name, value] of Object.entries(values)) setPath(data[index], name, value);
      // moved lines keep every vertex, so that Plotly's drawing and ours are the same path
      if (data[index].type === "scatter") setPath(data[index], "line.simplify", false);
    }
    for (const [name, value] of this.layoutValues) setPath(layout, name, value);
    return { data, layout: this.fit(layout) };
  }

  fit(layout) {
    const style = getComputedStyle(this.host), narrow = this.host.clientWidth < NARROW;
    const paper = style.getPropertyValue("--live-paper").trim() || "#fff", ink = style.color;
    const base = layout.template?.layout ?? {};
    layout.autosize = true;
    layout.width = undefined;
    layout.font = { ...base.font, ...layout.font, family: style.fontFamily, color: ink };
    layout.hoverlabel = { bgcolor: paper, bordercolor: style.getPropertyValue("--live-rule").trim() || ink, font: { color: ink } };
    layout.dragmode ??= matchMedia("(pointer: coarse)").matches ? false : "zoom";   // a finger scrolls the page
    if (narrow) {
      layout.font.size = 12;
      layout.margin = { ...base.margin, ...layout.margin };
      layout.margin.l = Math.min(layout.margin.l ?? 48, 48);
      layout.margin.r = Math.min(layout.margin.r ?? 8, 8);
    }
    return layout;
  }

  // `home` forgets the reader's zoom and hidden traces.
  async draw({ home = false } = {}) {
    const Plotly = await loadPlotly();
    const first = !this.gd;
    const { data, layout } = this.build();
    if (first) {
      this.gd = document.createElement("div");
      this.gd.className = "live-gd";
      this.host.append(this.gd);
    } else if (!home) this.keepView(data, layout);
    this.dirty.clear();
    await Plotly.react(this.gd, data, layout, { displayModeBar: false, displaylogo: false, doubleClick: "reset" });
    this.traces.clear();
    this.uncover();
    if (!first) return;
    this.host.classList.add("drawn");
    this.gd.on("plotly_afterplot", () => this.afterPlotly());
    this.width = this.host.clientWidth;
    new ResizeObserver(() => this.resize()).observe(this.host);
  }

  keepView(data, layout) {
    data.forEach((trace, index) => { trace.visible = this.gd.data[index].visible; });
    for (const [name, axis] of Object.entries(this.gd.layout))
      if (/^[xy]axis\d*$/.test(name)) layout[name] = { ...layout[name], range: axis.range, autorange: axis.autorange };
  }

  // Plotly has drawn by itself (zoom, legend, resize): its paths are new, and show the values of the last rest.
  afterPlotly() {
    this.traces.clear();
    if (!this.syncing) this.uncover();
    this.dirty.forEach((index) => this.trace(index).draw(this.values.get(index)));
  }

  uncover() { this.gd.querySelectorAll(".hm foreignObject").forEach((cover) => cover.remove()); }

  resize() {
    if (Math.abs(this.host.clientWidth - this.width) < 1) return;
    this.width = this.host.clientWidth;
    clearTimeout(this.resizing);
    this.resizing = setTimeout(() => this.draw(), 60);
  }

  trace(index) {
    if (!this.traces.has(index)) this.traces.set(index, new Trace(this.gd, index, Object.keys(this.values.get(index))));
    return this.traces.get(index);
  }

  // Draw the traces in `changed` (index -> names of changed attributes); true if Plotly had to do it.
  move(changed, layoutChanged) {
    let whole = layoutChanged;
    if (whole) this.slow.add("the layout or an array's length changes");
    for (const [index, names] of changed) {
      this.dirty.add(index);
      const values = this.values.get(index), trace = this.trace(index);
      if (whole || trace.draw(Object.fromEntries(names.map((name) => [name, values[name]])))) continue;
      whole = true;
      this.slow.add(`${trace.full.name}: ${trace.slow || "its points come and go"}`);
    }
    if (whole) this.sync();
    return whole;
  }

  // Hand everything that has moved to Plotly, so that hover, zoom and legend know it. New arrays tell it what is new.
  sync() {
    if (!this.dirty.size && !this.layoutDirty) return;
    for (const index of this.dirty)
      for (const [name, value] of Object.entries(this.values.get(index))) {
        const copy = Array.isArray(value) ? value.map((row) => row.slice()) : value.slice();
        this.values.get(index)[name] = copy;
        setPath(this.gd.data[index], name, copy);
      }
    for (const [name, value] of this.layoutValues) setPath(this.gd.layout, name, [...value]);
    this.dirty.clear();
    this.layoutDirty = false;
    this.syncing = true;
    window.Plotly.react(this.gd, this.gd.data, this.gd.layout);
    this.syncing = false;
    this.traces.clear();
    clearTimeout(this.uncovering);   // Plotly's new image takes a moment to be decoded: uncovered too early, the old one flashes
    this.uncovering = setTimeout(() => this.dirty.size || this.uncover(), 100);
  }
}

// ---------------------------------------------------------------- elements

// Starts when the document around it has been read and it comes near the viewport.
class Lazy extends HTMLElement {
  connectedCallback() {
    if (this.spec) return;
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => this.begin(), { once: true });
    else this.begin();
  }

  begin() {
    this.spec = JSON.parse(this.querySelector("script.live-spec").textContent);
    this.stage = this.querySelector(".live-stage");
    figures.add(this);
    this.prepare?.();
    new IntersectionObserver((entries, observer) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      this.load();
    }, { rootMargin: "300px" }).observe(this);
  }

  load() {
    return this.loaded ??= this.start().then(() => this.setAttribute("ready", ""), (error) => this.fail(error));
  }

  fail(error) {
    const message = `Stopped: ${error.message}. It shows its last good state.`;
    this.setAttribute("error", message);
    this.note(message);
    console.error(`live figure ${this.spec.name ?? ""}:`, error);
  }

  note(text) {
    this.noteElement ??= Object.assign(document.createElement("p"), { className: "live-note" });
    this.noteElement.setAttribute("role", "alert");
    this.noteElement.textContent = text;
    if (text) this.stage.before(this.noteElement); else this.noteElement.remove();
  }

  makePlot() {
    const host = this.querySelector(".live-plot");
    if (host) this.plot = new Plot(host, this.spec.plot, this.spec.dark);
  }
}

class LivePlot extends Lazy {
  async start() { this.makePlot(); await this.plot.draw(); }
}

class LiveFigure extends Lazy {
  prepare() {
    const { controls } = this.spec;
    this.inputs = new Map(controls.map((c) => [c.name, this.querySelector(`[name="${c.name}"]:not(live-figure)`)]));
    this.values = Object.fromEntries(controls.map((c) => [c.name, c.start]));
    this.drawing = [...this.querySelectorAll("[data-live]")].flatMap(readBindings);
    this.readout = this.querySelector(".live-readout");
    this.challenges = [...this.querySelectorAll("[data-met]")];
    this.say = this.querySelector(".live-say");
    this.addEventListener("input", (event) => this.onInput(event));
    this.addEventListener("keydown", () => { this.keyed = true; });
    this.addEventListener("pointerdown", () => { this.keyed = false; });
    this.addEventListener("click", (event) => this.onClick(event.target.closest("button")));
    const wanted = readHash().get(this.spec.name);
    if (wanted) { this.restore(wanted); requestAnimationFrame(() => this.scrollIntoView()); }
  }

  // -------- controls

  get controls() { return { ...this.values }; }
  set controls(given) {
    for (const [name, value] of Object.entries(given)) {
      const control = this.spec.controls.find((c) => c.name === name);
      if (!control) throw new RangeError(`no control ${name}`);
      const problem = this.problem(control, value);
      if (problem) throw new RangeError(`${control.label}: ${problem}`);
    }
    for (const [name, value] of Object.entries(given)) { this.values[name] = value; this.show(name); }
    this.changed();
  }

  problem(control, value) {
    const { kind, min, max, options, alphabet } = control;
    if (kind === "slider") {
      if (typeof value !== "number" || !(value >= min && value <= max)) return `takes ${min} to ${max}, not ${value}`;
      return control.integer && value % 1 ? `takes whole numbers, not ${value}` : "";
    }
    if (kind === "choice") return options.includes(value) ? "" : `takes one of ${options.join(", ")}, not ${value}`;
    if (kind === "toggle") return typeof value === "boolean" ? "" : "is on or off";
    if (!value) return "needs at least one character";
    const letters = [...value], unknown = letters.find((c) => !alphabet.includes(c));
    if (letters.length > max) return `takes at most ${max} characters`;
    return unknown ? `“${unknown}” is not among the characters it knows: ${alphabet.replace(/\s/g, "␣")}` : "";
  }

  // Put a value where the reader sees it.
  show(name) {
    const control = this.spec.controls.find((c) => c.name === name), input = this.inputs.get(name), value = this.values[name];
    if (control.kind === "toggle") input.checked = value;
    else if (control.kind === "slider") this.showSlider(control, input, value);
    else input.value = value;
    if (control.kind === "text") this.showProblem(input, "");
  }

  showSlider(control, input, value, position = control.log ? Math.log10(value) : value) {
    input.value = position;
    const text = [formatValue(value, control.format), control.unit].filter(Boolean).join(" ");
    input.setAttribute("aria-valuetext", text);
    input.closest(".live-slider").querySelector("output").textContent = text;
    input.style.setProperty("--at", (position - input.min) / (input.max - input.min));
  }

  showProblem(input, problem) {
    input.setAttribute("aria-invalid", Boolean(problem));
    input.nextElementSibling.textContent = problem && `This ${problem}.`;
  }

  onInput({ target }) {
    const control = this.spec.controls.find((c) => this.inputs.get(c.name) === target);
    if (!control) return;
    if (control.kind === "slider") {
      this.stopPlaying();
      const value = this.readSlider(control, target);
      this.values[control.name] = value;
      this.showSlider(control, target, value, this.keyed ? undefined : +target.value);
    } else if (control.kind === "text") {
      const problem = this.problem(control, target.value);
      this.showProblem(target, problem);
      if (problem) return;
      this.values[control.name] = target.value;
    } else this.values[control.name] = control.kind === "toggle" ? target.checked : target.value;
    this.changed();
  }

  readSlider(control, input) {
    const clamp = (v) => Math.max(control.min, Math.min(control.max, v));
    if (!control.log) return clamp(+(+input.value).toFixed(9));
    const old = this.values[control.name], at = +input.value;
    const snap = (v) => (control.integer ? Math.round(v) : +v.toPrecision(2));
    let value = clamp(snap(10 ** at));
    if (value === old && this.keyed && at !== Math.log10(old)) {   // a key press must always move the value
      const unit = control.integer ? 1 : 10 ** (Math.floor(Math.log10(old)) - 1);
      value = clamp(snap(old + Math.sign(at - Math.log10(old)) * unit));
    }
    return value;
  }

  // -------- state in the address

  address() {
    const moved = this.spec.controls.filter((c) => this.values[c.name] !== c.start);
    const query = moved.map((c) => `${c.name}=${encodeURIComponent(this.values[c.name])}`).join("&");
    return this.spec.name + (query && "?" + query);
  }

  restore(pairs) {
    const given = Object.fromEntries(this.spec.controls.map((c) => [c.name, c.start])), refused = [];
    for (const [name, text] of pairs) {
      const control = this.spec.controls.find((c) => c.name === name);
      const value = { slider: text.trim() === "" ? NaN : Number(text), toggle: { true: true, false: false }[text] }[control?.kind] ?? text;
      const problem = control ? this.problem(control, value) : "is not a control of this figure";
      if (problem) refused.push(`${control?.label ?? name} ${problem}`);
      else given[name] = value;
    }
    this.controls = given;
    this.note(refused.length ? `Not shown as the link asks: ${refused.join("; ")}.` : "");
  }

  // -------- buttons

  onClick(button) {
    if (!button) return;
    const { act, play } = button.dataset;
    if (play) this.playSlider(button, this.spec.controls.find((c) => c.name === play));
    else if (act === "reset") this.reset();
    else if (act === "link") this.copyLink(button);
    else if (act === "step") { this.stopPlaying(); this.advance(); }
    else if (act === "restart") this.restart();
    else if (act === "play") this.playSteps(button);
  }

  reset() {
    this.stopPlaying();
    this.note("");
    this.controls = Object.fromEntries(this.spec.controls.map((c) => [c.name, c.start]));
    if (this.spec.memory) this.restart();
    if (this.plot?.gd) this.plot.draw({ home: true });
  }

  async copyLink(button) {
    const link = location.href.split("#")[0] + "#" + this.address();
    try {
      await navigator.clipboard.writeText(link);
      button.textContent = "Copied";
    } catch {
      prompt("Copy this link:", link);   // clipboards may be forbidden; the reader can still copy by hand
    }
    this.say.textContent = "Link copied";
    setTimeout(() => { button.textContent = "Copy link"; }, 1500);
  }

  // The slider walks to its end; where motion is unwelcome, a press is one step.
  playSlider(button, control) {
    if (this.playing) { this.stopPlaying(); return; }
    const step = () => {
      const next = +(this.values[control.name] + control.step).toFixed(9);
      if (next > control.max) { this.stopPlaying(); return; }
      this.values[control.name] = next;
      this.show(control.name);
      this.changed();
    };
    if (this.values[control.name] >= control.max) { this.values[control.name] = control.min - control.step; }
    step();
    if (!reduced.matches) this.startPlaying(button, 1000 / control.play, step);
  }

  playSteps(button) {
    if (this.playing) { this.stopPlaying(); return; }
    this.advance();
    const { rate } = this.spec;
    if (!reduced.matches) this.startPlaying(button, 1000 / rate, (elapsed) => this.advance(Math.max(1, Math.round(rate * elapsed / 1000))));
  }

  startPlaying(button, every, step) {
    let last = performance.now();
    button.setAttribute("aria-pressed", "true");
    const tick = (now) => {
      if (!this.playing) return;
      if (now - last >= every - 4) { step(now - last); last = now; }
      if (this.playing) this.playing.frame = requestAnimationFrame(tick);
    };
    this.playing = { button, frame: requestAnimationFrame(tick) };
  }

  stopPlaying() {
    if (!this.playing) return;
    cancelAnimationFrame(this.playing.frame);
    this.playing.button.setAttribute("aria-pressed", "false");
    this.playing = null;
  }

  // -------- computing

  async start() {
    const { name } = this.spec;
    this.makePlot();
    const ready = this.plot ? loadPlotly() : null;
    if (!self.LiveModules?.[name]) await loadScript(`figures/${name}.js`);
    this.module = self.LiveModules?.[name];
    if (!this.module) throw new Error(`figures/${name}.js holds no ${name}`);
    this.consts = decodeAll(this.module.consts);
    this.programs = {};
    this.arrays = {};
    this.compute();
    this.bindPlot();
    await ready;
    await this.plot?.draw();
    this.drawWords();
    this.speak();
    this.dispatch();
  }

  changed() {
    if (!this.module) { this.load(); return; }
    if (!this.spec.memory) this.request();
    else if (this.key() !== this.currentKey) this.restart();
    else { this.drawWords(); this.rest(); }   // what moved counts from the next step on
  }

  advance(steps = 1) { this.steps = steps; this.request(); }
  restart() { this.state = null; if (this.module) this.advance(); }

  request() {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.update());
  }

  key() {
    return JSON.stringify(this.spec.controls.filter((c) => c.kind === "choice" || c.kind === "toggle").map((c) => this.values[c.name]));
  }

  update() {
    this.frame = 0;
    try {
      const changed = this.compute();
      if (this.plot?.gd) this.movePlot(changed);
      this.drawWords();
      if (this.hasAttribute("error")) { this.removeAttribute("error"); this.note(""); }
    } catch (error) {
      this.stopPlaying();
      this.fail(error);
    }
    this.dispatch();
    this.rest();
  }

  dispatch() { afterPaint(() => this.dispatchEvent(new CustomEvent("live-figure:painted", { bubbles: true }))); }

  rest() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.plot?.gd && this.plot.sync();
      this.speak();
      writeHash();
    }, REST_MS);
  }

  inputsNow() {
    const inputs = {};
    for (const control of this.spec.controls) {
      const value = this.values[control.name];
      if (control.kind === "slider") inputs[control.name] = value;
      if (control.kind !== "text") continue;
      const alphabet = [...control.alphabet];
      inputs[control.name] = new Int32Array(control.max).fill(-1);
      [...value].forEach((letter, k) => { inputs[control.name][k] = alphabet.indexOf(letter); });
    }
    return inputs;
  }

  // Runs the program once and copies its outputs; returns the names of the arrays that changed.
  compute() {
    const key = this.key(), inputs = this.inputsNow();
    if (!this.module.variants[key]) throw new Error(`it has no program for ${key}`);
    const run = this.programs[key] ??= this.module.variants[key](this.consts);
    if (this.spec.memory && (!this.state || key !== this.currentKey)) this.state = decodeAll(this.module.initial[key]);
    this.currentKey = key;
    const outputs = this.spec.memory ? this.takeSteps(run, inputs) : run(inputs), changed = new Set();
    for (const [name, value] of Object.entries(outputs))
      if (!name.startsWith("state.") && this.keep(name, value)) changed.add(name);
    return changed;
  }

  // As many steps as were asked for, or as fit into half a frame; the state is copied, as outputs may be overwritten.
  takeSteps(run, inputs) {
    const end = performance.now() + 8;
    let outputs, left = this.steps ?? 1;
    do {
      outputs = run(Object.assign(inputs, this.state));
      for (const name of Object.keys(this.state)) this.state[name] = outputs[name].slice();
    } while (--left > 0 && performance.now() < end);
    return outputs;
  }

  keep(name, value) {
    const kept = this.arrays[name];
    if (kept?.length === value.length) {
      if (kept.every((v, k) => v === value[k])) return false;
      kept.set(value);
    } else this.arrays[name] = value.slice();
    return true;
  }

  // The part of an array that "h[3][1]" names, as a view with the shape that is left.
  refer(reference) {
    const [name, ...indices] = reference.split(/[[\]]+/).filter(Boolean);
    const shape = this.module.shapes[this.currentKey][name];
    if (!shape) throw new Error(`there is no array ${name}`);
    const rest = shape.slice(indices.length), size = rest.reduce((a, b) => a * b, 1);
    let at = 0;
    indices.forEach((index, k) => { at = at * shape[k] + +index; });
    return { name, shape: rest, view: this.arrays[name].subarray(at * size, (at + 1) * size) };
  }

  number(reference) {
    if (reference in this.values && !(reference in this.arrays)) {
      const { options, labels } = this.spec.controls.find((c) => c.name === reference);
      return options ? labels[options.indexOf(this.values[reference])] : this.values[reference];
    }
    return this.refer(reference).view[0];
  }

  // -------- drawing

  bindPlot() {
    if (!this.plot) return;
    for (const [index, attribute, reference] of this.spec.bindings) {
      const value = this.copy(reference);
      if (index < 0) this.plot.layoutValues.set(attribute, [...value]);
      else {
        if (!this.plot.values.has(index)) this.plot.values.set(index, {});
        this.plot.values.get(index)[attribute] = value;
      }
    }
  }

  copy(reference) {
    const { shape, view } = this.refer(reference);
    if (shape.length < 2) return view.slice();
    return Array.from({ length: shape[0] }, (_, row) => view.slice(row * shape[1], (row + 1) * shape[1]));
  }

  movePlot(changedArrays) {
    const moved = new Map();
    let layoutChanged = false, reshaped = false;
    for (const [index, attribute, reference] of this.spec.bindings) {
      const { name, shape, view } = this.refer(reference);
      if (!changedArrays.has(name)) continue;
      if (index < 0) {
        this.plot.layoutValues.set(attribute, [...view]);
        this.plot.layoutDirty = layoutChanged = true;
        continue;
      }
      const target = this.plot.values.get(index), old = target[attribute];
      const rows = shape.length > 1 ? old : [old], width = shape.length > 1 ? shape[1] : view.length;
      if (rows.length * (rows[0]?.length ?? 0) !== view.length || (rows[0]?.length ?? 0) !== width) {
        target[attribute] = this.copy(reference);
        reshaped = true;
      } else {
        let same = true;
        rows.forEach((row, r) => row.forEach((v, k) => {
          if (v !== view[r * width + k]) { same = false; row[k] = view[r * width + k]; }
        }));
        if (same) continue;
      }
      if (!moved.has(index)) moved.set(index, []);
      moved.get(index).push(attribute);
    }
    if (moved.size || layoutChanged) this.plot.move(moved, layoutChanged || reshaped);
  }

  drawWords() {
    const get = (reference) => this.number(reference);
    for (const binding of this.drawing) applyBinding(binding, get(binding.reference));
    if (this.readout) this.readout.textContent = fillTemplate(this.spec.readout, get);
    for (const item of this.challenges) {
      if (item.classList.contains("met") || !(get(item.dataset.met) > 0)) continue;
      item.classList.add("met");
      item.querySelector(".live-mark").textContent = "✓";
      item.querySelector(".live-hidden").textContent = "(done)";
      this.news = `Done: ${item.childNodes[1].textContent.trim()}`;
    }
  }

  // What a screen reader hears: once a control rests, not at every step of the way.
  speak() {
    const text = [this.news, this.readout?.textContent].filter(Boolean).join(" ");
    this.news = "";
    if (this.say.textContent !== text && this.hasAttribute("ready")) this.say.textContent = text;
  }
}

// ---------------------------------------------------------------- the page around the figures

const themeChanged = () => figures.forEach((figure) => figure.plot?.gd && figure.plot.draw());
new MutationObserver(themeChanged).observe(page, { attributes: true, attributeFilter: ["data-theme"] });
addEventListener("hashchange", followHash);

window.LiveFigures = { formatValue, fillTemplate, readBindings, applyBinding };   // for the tests that hold Python and this together
customElements.define("live-plot", LivePlot);
customElements.define("live-figure", LiveFigure);
})();

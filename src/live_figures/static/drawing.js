// A plotly figure in the page: Plotly draws it once and again when a control rests; in between its traces are moved.
import { recolor } from "./colors.js";
import { isDark, loadPlotly } from "./page.js";
import { Trace } from "./traces.js";

const NARROW = 480;           // below this width a plot gives more room to its data

const setPath = (object, path, value) => {
  const keys = path.split("."), last = keys.pop();
  keys.reduce((part, key) => (part[key] ??= {}), object)[last] = value;
};

// Writes `view` into rows of `width` numbers; whether one of them is new.
const overwrite = (rows, view, width) => {
  let changed = false;
  rows.forEach((row, r) => row.forEach((v, k) => {
    if (v !== view[r * width + k]) { changed = true; row[k] = view[r * width + k]; }
  }));
  return changed;
};

// A plotly figure in an element: themed, sized to its room, redrawn whole (`sync`) or trace by trace (`move`).
export class Plot {
  values = new Map();         // trace index -> {attribute: array}; the arrays are kept and written in place
  layoutValues = new Map();   // attribute -> array
  traces = new Map();         // trace index -> Trace, since Plotly last drew
  dirty = new Set();          // the traces that have moved since Plotly last drew
  slow = new Set();           // what only Plotly could draw, and why

  constructor(host, spec, dark) { Object.assign(this, { host, spec, dark }); }

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

  // `bindings`: [trace (-1: the layout), attribute, reference to an array of `program`], one a bound attribute.
  bind(bindings, program) {
    Object.assign(this, { bindings, program });
    for (const [index, attribute, reference] of bindings) {
      const value = program.copy(reference);
      if (index < 0) this.layoutValues.set(attribute, [...value]);
      else {
        if (!this.values.has(index)) this.values.set(index, {});
        this.values.get(index)[attribute] = value;
      }
    }
  }

  // Brings the plot up to date with those arrays of the program that changed.
  follow(changedArrays) {
    const moved = new Map();
    let layoutChanged = false, reshaped = false;
    for (const [index, attribute, reference] of this.bindings) {
      const { name, shape, view } = this.program.refer(reference);
      if (!changedArrays.has(name)) continue;
      if (index < 0) {
        this.layoutValues.set(attribute, [...view]);
        this.layoutDirty = layoutChanged = true;
        continue;
      }
      const target = this.values.get(index), old = target[attribute];
      const rows = shape.length > 1 ? old : [old], width = shape.length > 1 ? shape[1] : view.length;
      if (rows.length * (rows[0]?.length ?? 0) !== view.length || (rows[0]?.length ?? 0) !== width) {
        target[attribute] = this.program.copy(reference);
        reshaped = true;
      } else if (!overwrite(rows, view, width)) continue;
      if (!moved.has(index)) moved.set(index, []);
      moved.get(index).push(attribute);
    }
    if (moved.size || layoutChanged) this.move(moved, layoutChanged || reshaped);
  }

  // Draw the traces in `changed` (index -> names of changed attributes); all by Plotly where one of them needs it.
  move(changed, whole) {
    if (whole) this.slow.add("the layout or an array's length changes");
    for (const [index, names] of changed) {
      this.dirty.add(index);
      const values = this.values.get(index), trace = this.trace(index);
      if (whole || trace.draw(Object.fromEntries(names.map((name) => [name, values[name]])))) continue;
      whole = true;
      this.slow.add(`${trace.full.name}: ${trace.slow || "its points come and go"}`);
    }
    if (whole) this.sync();
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

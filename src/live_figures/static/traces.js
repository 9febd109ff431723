// One trace as Plotly has drawn it, moved by rewriting Plotly's own paths through Plotly's own axes.
import { SHADES, colorTable } from "./colors.js";

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

// One trace as Plotly has drawn it. `draw(values)` moves it; false means that only Plotly can draw this change.
export class Trace {
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
    const obstacles = {
      scatter: () => bound.includes("text") && full.mode.includes("text") && "its words change"
        || (full.stackgroup || full.error_x?.visible || full.error_y?.visible) && "stacked, or with error bars"
        || !["none", "tozeroy"].includes(full.fill) && `filled ${full.fill}`
        || full.mode.includes("lines") && !["linear", "hv", "vh"].includes(full.line.shape) && `line.shape ${full.line.shape}`
        || bound.includes("marker.size") && (full.marker.symbol !== "circle" || full.marker.sizemode !== "diameter")
          && "sizes of other marks than circles",
      bar: () => (full.textposition !== "none" && full.text || full.marker.cornerradius) && "bars with words or round corners"
        || !["group", "overlay"].includes(barmode) && _traceUids.length > 1 && `barmode ${barmode}`,
      heatmap: () => full.zauto && "no fixed zmin and zmax"
        || (full.zsmooth || full.texttemplate || full.xgap || full.ygap || !full._islinear) && "smoothed, spaced or labelled",
    };
    return !group && "not drawn" || other && `its ${other} moves` || free && `its ${free._name} has no fixed range`
      || odd && `its ${odd._name} is of type ${odd.type}` || obstacles[full.type]() || "";
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
    const table = this.table ??= colorTable(full.colorscale);
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

// A light cross-hair: the values of every line at one place of a panel, read off the drawing itself; of a map, its cell.
import { ONE } from "./chart.js";
import { formatValue } from "./numbers.js";

const NEAR = 150;                     // a dot is told within so many units of its panel
const inBox = ([left, top, width, height], x, y) => x >= left && x <= left + width && y >= top && y <= top + height;

// The corners of a path's lines: [[x, y], ...] for each.
const corners = (d) => {
  const lines = [];
  let line, x = 0, y = 0;
  for (const [, command, rest] of d.matchAll(/([MLHVh])([^MLHVhZ]*)/g)) {
    const numbers = rest.trim().split(" ").map(Number);
    if (command === "h") continue;
    if (command === "H") [x] = numbers; else if (command === "V") [y] = numbers; else [x, y] = numbers;
    if (command === "M") lines.push(line = []);
    line.push([x, y]);
  }
  return lines;
};

// The height at which a path crosses `at`, undefined where it does not.
const crossing = (path, at) => {
  const [, part] = path.dataset.part.split("."), lines = corners(path.getAttribute("d"));
  if (part === "dots") {
    const [best] = lines.map(([point]) => point).sort((p, q) => Math.abs(p[0] - at) - Math.abs(q[0] - at));
    return best && Math.abs(best[0] - at) < NEAR ? best[1] : undefined;
  }
  if (part === "bar") return lines.find(([a, , b]) => b && at >= Math.min(a[0], b[0]) && at <= Math.max(a[0], b[0]))?.[1][1];
  for (const line of lines)
    for (let k = 1; k < line.length; k++) {
      const [[a, from], [b, to]] = [line[k - 1], line[k]];
      if (at >= Math.min(a, b) && at <= Math.max(a, b) && a !== b) return from + (to - from) * (at - a) / (b - a);
    }
};
// What stands at a share of an axis, written as `name kind low high`; in the middle of a cell of this size, to its tenth.
const valueAt = (axis, share, power, size) => {
  const [name, kind, low, high] = axis.split(" "), digits = size ? 1 - Math.floor(Math.log10(size * Math.abs(high - low))) : 9;
  const value = name[0] === "y" ? +high - share * (high - low) : +low + share * (high - low);
  return formatValue(kind === "log" || power ? 10 ** value : +value.toFixed(Math.max(0, digits)) + 0, ".3g");
};

// Follows mouse, finger and arrow keys over the drawing in `host`; `say` is told what the keys find, `chart` knows the cells.
export class CrossHair {
  constructor(host, say, chart) {
    Object.assign(this, { host, say, chart, at: [0.5, 0, 0.5] });
    this.area = host.querySelector(".live-area");
    const see = (event) => { this.event = event; this.frame ||= requestAnimationFrame(() => this.point()); };
    this.area.addEventListener("pointermove", see);
    this.area.addEventListener("pointerdown", see);
    this.area.addEventListener("pointerleave", () => this.hide());
    host.addEventListener("keydown", (event) => this.key(event));
    host.addEventListener("blur", () => this.hide());
  }

  panels() {
    return [...this.area.querySelectorAll(".live-panel")].map((panel) => {
      const [left, top, width, height] = ["x", "y", "width", "height"].map((name) => parseFloat(panel.getAttribute(name)) / 100);
      return { panel, box: [left, top, width, height] };
    });
  }

  point() {
    this.frame = 0;
    const { left, top, width, height } = this.area.getBoundingClientRect();
    const x = (this.event.clientX - left) / width, y = (this.event.clientY - top) / height;
    const found = this.panels().find(({ box }) => inBox(box, x, y));
    if (found) this.show(found, (x - found.box[0]) / found.box[2], (y - found.box[1]) / found.box[3]); else this.hide();
  }

  // Left and right walk along a panel, up and down over the rows of a map and from panel to panel.
  key(event) {
    const { key } = event, panels = this.panels();
    if (key === "Escape") { this.hide(); return; }
    const [dx, dk] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [];
    if (dx === undefined || event.target !== this.host) return;
    event.preventDefault();
    let [x, k, y] = this.at;
    const cell = this.cell(panels[k], x, y), row = y + dk * (cell ? cell.rise : 1);
    if (row < 0 || row > 1) [k, y] = [(k + dk + panels.length) % panels.length, 0.5]; else y = row;
    x = Math.min(1, Math.max(0, x + dx * (cell ? cell.run : 0.02)));
    this.at = [x, k, y];
    this.say(this.show(panels[k], x, y).replaceAll("\n", ", "));
  }

  // The cell of a map at these shares of a panel; where it begins and its size as shares, too.
  cell({ box: [left, top, width, height] }, x, y) {
    const area = this.area.getBoundingClientRect(), [wide, high] = [width * area.width, height * area.height];
    const [from, above] = [area.left + left * area.width, area.top + top * area.height];
    const cell = this.chart?.cell(from + x * wide, above + y * high);
    return cell && { ...cell, run: cell.width / wide, rise: cell.height / high, from: (cell.left - from) / wide, above: (cell.top - above) / high };
  }

  show(found, share, down) {
    const { panel, box: [left, top, width, height] } = found, { x, y } = panel.dataset, told = [];
    const title = (axis, rest) => this.area.querySelector(`[data-ticks="${axis.split(" ")[0]}"] + ${rest}`)?.textContent ?? axis[0];
    const cell = this.cell(found, share, down), { from = share, above = 0, run = 0, rise = 1 } = cell ?? {};
    share = from + run / 2;
    if (cell) told.push(`${title(y, "svg")}: ${valueAt(y, above + rise / 2, false, rise)}`, `${cell.name}: ${formatValue(cell.value, ".3g")}`);
    for (const path of panel.querySelectorAll("[data-name]")) {
      const at = crossing(path, ONE * share);
      if (at !== undefined && path.getAttribute("d")) told.push(`${path.dataset.name}: ${valueAt(y, at / ONE, "power" in path.dataset)}`);
    }
    const text = [`${title(x, "text")}: ${valueAt(x, share, false, run)}`, ...new Set(told)].join("\n");
    this.hair ??= Object.assign(document.createElement("div"), { className: "live-hair" });
    this.tip ??= Object.assign(document.createElement("div"), { className: "live-tip" });
    const across = left + share * width;
    this.hair.style.cssText = `left:${100 * (left + from * width)}%;top:${100 * (top + above * height)}%;width:${100 * run * width}%;height:${100 * rise * height}%`;
    this.hair.classList.toggle("cell", Boolean(cell));
    this.tip.textContent = text;
    this.tip.style.cssText = `top:${100 * top}%;` + (across < 0.6 ? `left:calc(${100 * (across + run * width)}% + 10px)` : `right:calc(${100 - 100 * (across - run * width)}% + 10px)`);
    this.area.append(this.hair, this.tip);
    return text;
  }

  hide() {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.hair?.remove();
    this.tip?.remove();
  }
}

// A look inside the network while it reads one sequence: a strip for each gate and state, a row for each unit.
import { SHADES, colorTable, recolor } from "@live/colors.js";
import { isDark } from "@live/page.js";

const SVG = "http://www.w3.org/2000/svg";

// What stands where the strips are drawn; `spec` names the scales and, for each cell, its strips.
export class Look {
  constructor(host, spec) {
    Object.assign(this, { host, spec, strips: new Map() });
    this.list = host.querySelector(".play-strips");
  }

  // Shows `look`, the arrays of a run of `cell` on `task`, whose probe has as many steps as `length`; of a text, by its `signs`.
  draw(look, { cell, task, length }, signs) {
    const { strips, tasks } = this.spec, { classes, where, inputs } = tasks[task];
    const wanted = [strips.input, ...strips[cell], classes ? strips.chance : strips.answer];
    this.lay(`${cell} ${task}`, wanted, tasks[task]);
    for (const strip of wanted) {
      const values = look[strip.name];
      if (strip === strips.answer) this.curves(strip.name, values, look.y, where, length);
      else this.heat(strip, values, values.length / length, length, strip === strips.input && inputs === 1);
    }
    if (signs) this.letters(strips.input.name, look.x, length, signs);
    if (classes) this.due(strips.chance.name, look.y, where, length, classes);
  }

  lay(key, wanted) {
    if (this.key === key) return;
    this.key = key;
    this.strips.clear();
    this.list.replaceChildren(...wanted.map(({ name, label, color }) => {
      const row = document.createElement("div"), text = document.createElement("span"), box = document.createElement("div");
      Object.assign(row, { className: "play-strip" });
      row.dataset.strip = name;
      Object.assign(text, { className: `live-label fill-${color}`, textContent: label });
      text.style.color = `var(--live-${color})`;
      box.className = "play-cells";
      row.append(text, box);
      this.strips.set(name, box);
      return row;
    }));
  }

  // What is read, sign by sign, in place of the cells that stand for it.
  letters(name, x, length, signs) {
    const box = this.strips.get(name), width = x.length / length, read = [];
    for (let t = 0; t < length; t++) read.push(signs[x.subarray(t * width, (t + 1) * width).indexOf(1)] ?? this.spec.other);
    if (box.dataset.read === read.join("")) return;
    box.dataset.read = read.join("");
    const row = box.querySelector("p") ?? box.appendChild(document.createElement("p"));
    row.style.setProperty("--count", length);
    row.replaceChildren(...read.map((sign) => Object.assign(document.createElement("span"), { textContent: sign === " " ? "␣" : sign })));
  }

  // `values`, (length, rows) in memory, as a picture with time from left to right and the first row on top.
  heat({ name, low, high, scale }, values, rows, length) {
    const box = this.strips.get(name), canvas = this.canvas(box, length, rows), context = canvas.getContext("2d", { willReadFrequently: true });
    const table = this.table(scale), image = context.createImageData(length, rows), share = SHADES / (high - low);
    for (let t = 0, from = 0; t < length; t++)
      for (let row = 0; row < rows; row++) {
        const c = 3 * Math.max(0, Math.min(SHADES, Math.round((values[from++] - low) * share))), at = 4 * (row * length + t);
        for (let channel = 0; channel < 3; channel++) image.data[at + channel] = table[c + channel];
        image.data[at + 3] = 255;
      }
    context.putImageData(image, 0, 0);
  }

  canvas(box, width, height) {
    let canvas = box.querySelector("canvas");
    if (!canvas) box.prepend(canvas = document.createElement("canvas"));
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    return canvas;
  }

  table(scale) {
    const key = `${scale} ${isDark()}`;
    if (this.shaded?.[key]) return this.shaded[key];
    const stops = this.spec.scales[scale];
    return (this.shaded ??= {})[key] = colorTable(isDark() ? recolor(stops, this.spec.dark) : stops);
  }

  // What the network says and what is due, as two lines in one strip; a point where it is due at the end only.
  curves(name, output, due, where, length) {
    const all = [...output, ...due], low = Math.min(...all), high = Math.max(...all), room = high - low || 1;
    const point = (value, t) => `${(t + 0.5).toFixed(2)} ${(0.94 - 0.88 * (value - low) / room).toFixed(4)}`;
    const path = (values) => "M" + [...values].map(point).join("L");
    const goal = where === "last" ? `M${point(due[0], length - 1)}h.01` : path(due);
    this.drawing(name, length, [["play-due", goal], ["play-said", path(output)]]);
  }

  // A frame around the class that is due.
  due(name, due, where, length, classes) {
    const first = where === "last" ? length - 1 : 0;
    const frames = [...due].map((k, t) => (k < 0 ? "" : `M${first + t + 0.1} ${(k + 0.1) / classes}h.8v${0.8 / classes}h-.8z`)).join("");
    this.drawing(name, length, [["play-frame", frames]]);
  }

  drawing(name, length, paths) {
    const box = this.strips.get(name), svg = box.querySelector("svg") ?? box.appendChild(document.createElementNS(SVG, "svg"));
    svg.setAttribute("viewBox", `0 0 ${length} 1`);
    svg.setAttribute("preserveAspectRatio", "none");
    for (const [k, [className, d]] of paths.entries()) {
      const path = svg.children[k] ?? svg.appendChild(document.createElementNS(SVG, "path"));
      path.setAttribute("class", className);
      path.setAttribute("d", d);
    }
  }
}

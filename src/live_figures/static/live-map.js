// The kind of control that is a picture of an array, on which a cell is chosen.
import { SHADES, colorTable, recolor } from "./colors.js";
import { formatValue } from "./numbers.js";
import { clampCell, frame, placeOf, step } from "./surface.js";

class Picture {
  constructor(figure, control, host) {
    Object.assign(this, { figure, control, host });
    this.surface = host.querySelector(".live-surface");
    this.context = host.querySelector("canvas").getContext("2d", { willReadFrequently: true });   // written by the processor alone
    this.image = this.context.createImageData(control.columns, control.rows);
    this.surface.onpointerdown = (event) => event.button || this.choose(placeOf(this.surface, event, control));
    this.surface.onpointermove = (event) => event.buttons & 1 && this.choose(placeOf(this.surface, event, control));
    this.surface.onkeydown = (event) => {
      const next = step(figure.values[control.name], event.key, control);
      if (!next || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.choose(next);
    };
  }

  choose(place) {
    const { figure, control } = this, cell = clampCell(place, control);
    if (String(cell) !== String(figure.values[control.name])) figure.controls = { [control.name]: cell };
  }

  show(cell) { frame(this.surface, cell); }

  draw() {
    const { figure, control } = this, { view } = figure.program.refer(control.picture), { low, high } = control;
    const dark = document.documentElement.dataset.theme === "dark";
    const table = colorTable(dark ? recolor(control.scale, figure.spec.dark) : control.scale), { data } = this.image;
    view.forEach((v, k) => {
      const at = 3 * Math.round(Math.min(Math.max((v - low) / (high - low), 0), 1) * SHADES);
      data.set([table[at], table[at + 1], table[at + 2], 255], 4 * k);
    });
    this.context.putImageData(this.image, 0, 0);
    const [row, column] = figure.values[control.name], value = view[row * control.columns + column];
    this.host.querySelector("output").textContent = `${row}, ${column}: ${formatValue(value, control.format)}`;
  }
}

const map = {
  problem({ rows, columns }, value) {
    const whole = (v, end) => Number.isInteger(v) && v >= 0 && v < end;
    return Array.isArray(value) && value.length === 2 && whole(value[0], rows) && whole(value[1], columns) ? ""
      : ["needs_cell", { rows: rows - 1, columns: columns - 1 }];
  },
  show(control, input, value) { control.view.show(value); },
  read() {},
  parse: (text) => (/^\d+-\d+$/.test(text) ? text.split("-").map(Number) : text),
  write: (value) => value.join("-"),
  array: (control, value) => Int32Array.from(value),
  attach(figure, control) {
    control.view = new Picture(figure, control, figure.inputs.get(control.name).closest(".live-map"));
    return control.view;
  },
};

globalThis.LiveParts = { ...globalThis.LiveParts, map };

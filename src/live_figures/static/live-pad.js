// The kind of control that is drawn on: rows of cells from 0 (paper) to 1 (ink), in sixteen shades.
import { Pad, shade } from "./pad.js";

const pad = {
  problem({ rows, columns }, value) {
    if (!Array.isArray(value) || value.length !== rows || value.some((row) => row?.length !== columns))
      return ["needs_cells", { rows, columns }];
    return value.flat().every((v) => typeof v === "number" && v >= 0 && v <= 1) ? "" : ["needs_shades"];
  },
  show(control, input, value) { control.pad.show(value); },
  read() {},
  parse(text, { rows, columns }) {
    if (/[^0-9a-f]/.test(text) || text.length > rows * columns) return text;   // refused by `problem`
    const digits = text.padEnd(rows * columns, "0");
    return Array.from({ length: rows }, (_, r) => [...digits.substr(r * columns, columns)].map((d) => parseInt(d, 16) / 15));
  },
  write: (value) => value.flat().map((v) => shade(v).toString(16)).join("").replace(/0+$/, ""),
  array: (control, value) => Float64Array.from(value.flat(), (v) => shade(v) / 15),
  attach(figure, control) {
    control.pad = new Pad(figure, control, figure.inputs.get(control.name).closest(".live-pad"));
    return control.pad;
  },
};

globalThis.LiveParts = { ...globalThis.LiveParts, pad };

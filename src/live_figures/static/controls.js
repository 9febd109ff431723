// The kinds of controls: what live_figures/controls.py declares and control_html.py writes, in the page.
import { formatValue } from "./numbers.js";

// A kind says
//   problem(control, value)      why a value is refused: a key of the page's words and their values; "" if it is not
//   show(control, input, value)  put the value where the reader sees it
//   read(control, input, figure) the value the reader has set; undefined if it is none that can be computed with
//   parse(text, control)         the value that a text in the address stands for (text itself if there is no parse)
//   write(value)                 the text of a value in the address; null leaves it out of the address
//   array(control, value)        what the program receives; without it, the value chooses the program
//   attach(figure, control)      at the start; may return a part whose draw(names of the changed arrays) is called

const clamp = ({ min, max }, value) => Math.max(min, Math.min(max, value));

const slider = {
  problem({ min, max, integer }, value) {
    if (typeof value !== "number" || !(value >= min && value <= max)) return ["needs_range", { min, max, value }];
    return integer && value % 1 ? ["needs_whole", { value }] : "";
  },
  show(control, input, value, position = control.log ? Math.log10(value) : value) {
    input.value = position;
    const text = [formatValue(value, control.format), control.unit].filter(Boolean).join(control.unit === "°" ? "" : " ");
    input.setAttribute("aria-valuetext", text);
    input.closest(".live-slider").querySelector("output").textContent = text;
    input.style.setProperty("--at", (position - input.min) / (input.max - input.min));
  },
  read(control, input, figure) {
    figure.player.stop();
    const value = slider.value(control, +input.value, figure.values[control.name], figure.keyed);
    slider.show(control, input, value, figure.keyed ? undefined : +input.value);
    return value;
  },
  // The value at a position of the slider's handle; a key press must always move a logarithmic one from `old`.
  value(control, at, old, keyed) {
    if (!control.log) return clamp(control, +at.toFixed(9));
    const snap = (v) => clamp(control, control.integer ? Math.round(v) : +v.toPrecision(2));
    const value = snap(10 ** at), way = Math.sign(at - Math.log10(old));
    if (value !== old || !keyed || !way) return value;
    return snap(old + way * (control.integer ? 1 : 10 ** (Math.floor(Math.log10(old)) - 1)));
  },
  parse: (text) => (text.trim() === "" ? NaN : Number(text)),
  array: (control, value) => value,
};

const choice = {
  problem: ({ options }, value) => (options.includes(value) ? "" : ["needs_option", { options: options.join(", "), value }]),
  show(control, input, value) { input.value = value; },
  read: (control, input) => input.value,
};

const index = { ...choice, array: ({ options }, value) => options.indexOf(value) };

const toggle = {
  problem: (control, value) => (typeof value === "boolean" ? "" : ["needs_toggle"]),
  show(control, input, value) { input.checked = value; },
  read: (control, input) => input.checked,
  parse: (text) => ({ true: true, false: false })[text] ?? text,
};

// Other kinds come in files of their own, which stand before this one in a page that needs them.
export const kinds = { slider, choice, index, toggle, ...globalThis.LiveParts };

// Raises for what the controls of `host` cannot be set to; it has `control(name)` and `explain(control, problem)`.
export const refuse = (host, given) => {
  for (const [name, value] of Object.entries(given)) {
    const control = host.control(name);
    if (!control) throw new RangeError(`no control ${name}`);
    const problem = kinds[control.kind].problem(control, value);
    if (problem) throw new RangeError(host.explain(control, problem));
  }
};

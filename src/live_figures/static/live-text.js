// The kinds of controls in which a reader types: a line of known characters, a long text of any.
import { encode, tidy } from "./codes.js";
import { fillTemplate } from "./numbers.js";

const LONGEST_LINK = 200;     // characters that an address may hold
const box = (input) => input.closest(".live-longtext");
const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

const text = {
  problem({ max, alphabet, knows }, value) {
    if (!value) return ["text_short", { min: 1 }];
    const letters = [...value], unknown = letters.find((c) => !alphabet.includes(c));
    if (letters.length > max) return ["text_long", { max }];
    return unknown ? ["text_unknown", { letter: unknown, knows }] : "";
  },
  show(control, input, value) {
    input.value = value;
    text.say(input, "");
  },
  say(input, said) {
    input.setAttribute("aria-invalid", Boolean(said));
    input.closest(".live-line").querySelector(".live-hint").textContent = said;
  },
  read(control, input, figure) {
    const problem = text.problem(control, input.value);
    text.say(input, problem && figure.explain(control, problem));
    return problem ? undefined : input.value;
  },
  array: encode,
};

const longtext = {
  problem({ min, max }, value) {
    if (typeof value !== "string") return ["needs_text", { value }];
    const count = [...tidy(value)].length;
    return count < min || count > max ? ["needs_length", { min: grouped(min), max: grouped(max) }] : "";
  },
  show(control, input, value) {
    input.value = tidy(value);
    longtext.say(control, input, "");
  },
  attach(figure, { name }) {
    const input = figure.inputs.get(name), select = box(input).querySelector("select");
    select?.addEventListener("change", () => {
      if (!select.value) return;
      input.value = select.value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    });
  },
  // How many characters there are, and what is wrong with them.
  say({ max }, input, said) {
    const count = [...tidy(input.value)].length, { dataset } = box(input);
    box(input).querySelector(".live-count").textContent =
      fillTemplate(dataset.count, (name) => grouped({ count, max }[name]));
    box(input).querySelector(".live-hint").textContent = said;
    const select = box(input).querySelector("select");
    if (select) select.value = [...select.options].some(({ value }) => value === input.value) ? input.value : "";
    input.setAttribute("aria-invalid", Boolean(said));
  },
  read(control, input, figure) {
    const { min, max } = control, letters = [...tidy(input.value)], lost = letters.length - max;
    if (lost > 0) longtext.cut(input, letters.slice(0, max).join(""));
    const short = letters.length < min;
    const said = lost > 0 ? figure.explain(control, ["text_cut", { max: grouped(max), lost: grouped(lost) }])
      : short ? figure.explain(control, ["text_short", { min: grouped(min) }]) : "";
    longtext.say(control, input, said);
    return short ? undefined : tidy(input.value);
  },
  cut(input, text) {
    const { selectionEnd } = input;
    input.value = text;
    input.setSelectionRange(selectionEnd, selectionEnd);   // where the reader was, not at the end
  },
  parse: tidy,
  write: (value) => (value.length > LONGEST_LINK ? null : value),
  array(control, value) {
    const text = tidy(value);
    if (control.encoded?.text !== text) control.encoded = { text, codes: encode(control, text) };
    return control.encoded.codes;
  },
};

globalThis.LiveParts = { ...globalThis.LiveParts, text, longtext };

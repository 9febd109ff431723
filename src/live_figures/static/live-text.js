// The kinds of controls in which a reader types: a line of known characters, a long text of any.
import { encode, tidy } from "./codes.js";
import { fillTemplate } from "./numbers.js";

const LONGEST_LINK = 200;     // characters that an address may hold
const box = (input) => input.closest(".live-longtext");
const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, ",");

const text = {
  problem({ max, alphabet }, value) {
    if (!value) return "needs at least one character";
    const letters = [...value], unknown = letters.find((c) => !alphabet.includes(c));
    if (letters.length > max) return `takes at most ${max} characters`;
    return unknown ? `“${unknown}” is not among the characters it knows: ${alphabet.replace(/\s/g, "␣")}` : "";
  },
  show(control, input, value) {
    input.value = value;
    text.say(input, "");
  },
  say(input, problem) {
    input.setAttribute("aria-invalid", Boolean(problem));
    input.nextElementSibling.textContent = problem && `This ${problem}.`;
  },
  read(control, input) {
    const problem = text.problem(control, input.value);
    text.say(input, problem);
    return problem ? undefined : input.value;
  },
  array: encode,
};

const longtext = {
  problem({ min, max }, value) {
    if (typeof value !== "string") return `takes text, not ${value}`;
    const count = [...tidy(value)].length;
    return count < min || count > max ? `takes ${grouped(min)} to ${grouped(max)} characters` : "";
  },
  show(control, input, value) {
    input.value = tidy(value);
    longtext.say(control, input, "");
  },
  // How many characters there are, and what is wrong with them.
  say({ max }, input, said) {
    const count = [...tidy(input.value)].length, { dataset } = box(input);
    box(input).querySelector(".live-count").textContent =
      fillTemplate(dataset.count, (name) => grouped({ count, max }[name]));
    box(input).querySelector(".live-hint").textContent = said;
    input.setAttribute("aria-invalid", Boolean(said));
  },
  read(control, input) {
    const { min, max } = control, letters = [...tidy(input.value)], lost = letters.length - max, { dataset } = box(input);
    const fill = (template, values) => fillTemplate(template, (name) => grouped(values[name]));
    if (lost > 0) longtext.cut(input, letters.slice(0, max).join(""));
    const short = letters.length < min;
    longtext.say(control, input, lost > 0 ? fill(dataset.cut, { max, lost }) : short ? fill(dataset.short, { min }) : "");
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

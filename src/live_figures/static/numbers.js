// Numbers as text, digit by digit what live_figures/values.py writes.

export const general = (value, digits) => {
  digits = Math.max(digits, 1);
  const [mantissa, power] = value.toExponential(digits - 1).split("e");
  const trim = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (+power < -4 || +power >= digits) return `${trim(mantissa)}e${power}`;
  return trim(value.toFixed(Math.max(digits - 1 - +power, 0)));
};
const exponential = (value, digits) => value.toExponential(digits);
const fixed = (value, digits) => (Math.abs(value) >= 1e21 ? exponential(value, digits) : value.toFixed(digits));

export const formatValue = (value, spec = ".3g") => {
  if (typeof value === "string") return value;
  if (spec === "c") return String.fromCodePoint(value);
  const [, digits, kind] = spec === "d" ? ["", 0, "f"] : /^\.(\d+)([feg%])$/.exec(spec);
  if (kind === "%") return typeset(fixed(100 * value, +digits)) + "%";
  return typeset({ f: fixed, e: exponential, g: general }[kind](+value, +digits));
};
// A number as JavaScript writes it, with a real minus sign and a raised power: -1e-5 is −1×10⁻⁵.
const typeset = (text) => {
  const [mantissa, power] = text.split("e");
  const sign = mantissa.startsWith("-") && /[1-9]/.test(mantissa) ? "−" : "";
  const raised = power ? "×10" + [...String(+power)].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("") : "";
  return sign + mantissa.replace("-", "") + raised;
};
export const fillTemplate = (template, get) =>
  template.replace(/\{(\w+(?:\[\d+\])*)(?::([^{}]*))?\}/g, (_, reference, spec) => formatValue(get(reference), spec || ".3g"));

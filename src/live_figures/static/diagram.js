// The marks of an SVG diagram that follow arrays: `data-live="width=h[0]; text=h[0]:.2f"`.
import { formatValue, general } from "./numbers.js";

const NEVER_NEGATIVE = new Set(["width", "height", "r", "rx", "ry", "stroke-width"]);
const attributeNumber = (name, value) => {
  const text = general(NEVER_NEGATIVE.has(name) ? Math.max(value, 0) : value, 6);
  return +text === 0 ? text.replace("-", "") : text;
};
export const readBindings = (element) => element.dataset.live.split(";").filter((part) => part.trim()).map((part) => {
  const [, name, reference, spec] = /^\s*([\w:-]+)\s*=\s*(\w+(?:\[\d+\])*)\s*(?::\s*(\S+)\s*)?$/.exec(part);
  return { element, name, reference, spec: spec || ".3g", last: null };
});
export const applyBinding = (binding, value) => {
  if (value === binding.last) return;
  binding.last = value;
  const { element, name, spec } = binding;
  if (name === "text") element.textContent = formatValue(value, spec);
  else if (name === "show") element.setAttribute("visibility", value > 0 ? "visible" : "hidden");
  else element.setAttribute(name, attributeNumber(name, value));
};

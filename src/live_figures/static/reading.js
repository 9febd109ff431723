// Numbers as people write them (41,184; 1/2; 50 %), read as live_figures/exercises/numbers.py does; a test holds the two
// together.
const GAP = "[\\u0020\\u00a0\\u2009\\u202f'’_]";
const FORMS = [ // integer part, decimals
  /^([1-9]\d{0,2}(?:,\d{3})+)(?:\.(\d*))?$/,
  /^([1-9]\d{0,2}(?:\.\d{3})+),(\d+)$/,
  /^([1-9]\d{0,2}(?:\.\d{3}){2,})$/,
  new RegExp(`^(\\d{1,3}(?:${GAP}\\d{3})+|\\d+)(?:[.,](\\d*))?$`),
  /^()[.,](\d+)$/,
];

const decimal = (text) => {
  const match = /^([+-]?)(.*?)(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (!match) return null;
  const [, sign, body, power] = match, exponent = Number(power ?? 0);
  for (const form of FORMS) {
    const found = form.exec(body);
    if (!found) continue;
    const whole = found[1].replace(/\D/g, ""), after = found[2] ?? "";
    return { value: Number(`${sign}${whole || 0}.${after || 0}e${exponent}`),
      half: Number(`5e${exponent - after.length - 1}`), digits: (whole + after).replace(/^0+/, "").length };
  }
  return null;
};

const quotientOrPower = (text) => {
  for (const sign of ["/", "**", "^"]) {
    const at = text.indexOf(sign);
    if (at < 0) continue;
    const a = decimal(text.slice(0, at).trim()), b = decimal(text.slice(at + sign.length).trim());
    if (!a || !b || (sign !== "/" && a.value <= 0)) return null;
    return { value: sign === "/" ? a.value / b.value : a.value ** b.value, half: 0, digits: 0 };
  }
  return decimal(text);
};

const RAISED = "⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", UPRIGHT = "-+0123456789";

export const read = (written, unit = "") => {
  let text = written.trim().replace(new RegExp(`[${RAISED}]+`, "g"),
    (raised) => `^${[...raised].map((c) => UPRIGHT[RAISED.indexOf(c)]).join("")}`), scale = 1;
  text = text.replace(/[−–]/g, "-").replace(/^[≈≃∼~= ]+/, "");
  const name = [unit, unit.replace(/s$/, "")].find((n) => n && text.toLowerCase().endsWith(n.toLowerCase())); // 1 bit
  if (name) text = text.slice(0, -name.length).trimEnd();
  if (text.endsWith("%")) [text, scale] = [text.slice(0, -1).trimEnd(), 0.01];
  const found = quotientOrPower(text.replace(/\s*[×·⋅*]\s*10\s*(?:\^|\*\*)\s*/g, "e"));
  if (!found || !Number.isFinite(found.value)) return null;
  return { value: found.value * scale, half: found.half * scale, digits: found.digits };
};

// Whether what was `read` answers: exactly where a `whole` number is asked for, else to the digits that were written.
export const accepts = (given, answer, whole, tolerance = 0) => {
  const gap = Math.abs(given.value - answer);
  if (whole) return gap <= Math.max(tolerance, 1e-9 * Math.abs(answer));
  const rounded = given.digits >= 2 ? given.half : 0;
  return gap <= Math.max(tolerance, rounded * (1 + 1e-9), 1e-6 * Math.abs(answer));
};

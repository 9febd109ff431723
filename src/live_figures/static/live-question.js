// <live-question>: a question to answer before computing, written by live_figures/exercises/card.py. It stands alone, so
// that a page with questions and no figures does not load the figures' runtime.
(() => {
"use strict";
if (customElements.get("live-question")) return;

// Numbers as people write them, read as live_figures/exercises/numbers.py does; a test holds the two together.
const GAP = "[\\u0020\\u00a0\\u2009\\u202f'’_]";
const FORMS = [ // integer part, decimals
  /^([1-9]\d{0,2}(?:,\d{3})+)(?:\.(\d*))?$/,
  /^([1-9]\d{0,2}(?:\.\d{3})+),(\d+)$/,
  /^([1-9]\d{0,2}(?:\.\d{3}){2,})$/,
  new RegExp(`^(\\d{1,3}(?:${GAP}\\d{3})+|\\d+)(?:[.,](\\d*))?$`),
  /^()[.,](\d+)$/,
];

function decimal(text) {
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
}

function quotientOrPower(text) {
  for (const sign of ["/", "**", "^"]) {
    const at = text.indexOf(sign);
    if (at < 0) continue;
    const a = decimal(text.slice(0, at).trim()), b = decimal(text.slice(at + sign.length).trim());
    if (!a || !b || (sign !== "/" && a.value <= 0)) return null;
    return { value: sign === "/" ? a.value / b.value : a.value ** b.value, half: 0, digits: 0 };
  }
  return decimal(text);
}

const RAISED = "⁻⁺⁰¹²³⁴⁵⁶⁷⁸⁹", UPRIGHT = "-+0123456789";

function read(written, unit = "") {
  let text = written.trim().replace(new RegExp(`[${RAISED}]+`, "g"),
    (raised) => `^${[...raised].map((c) => UPRIGHT[RAISED.indexOf(c)]).join("")}`), scale = 1;
  text = text.replace(/[−–]/g, "-").replace(/^[≈≃∼~= ]+/, "");
  const name = [unit, unit.replace(/s$/, "")].find((n) => n && text.toLowerCase().endsWith(n.toLowerCase())); // 1 bit
  if (name) text = text.slice(0, -name.length).trimEnd();
  if (text.endsWith("%")) [text, scale] = [text.slice(0, -1).trimEnd(), 0.01];
  const found = quotientOrPower(text.replace(/\s*[×·⋅*]\s*10\s*(?:\^|\*\*)\s*/g, "e"));
  if (!found || !Number.isFinite(found.value)) return null;
  return { value: found.value * scale, half: found.half * scale, digits: found.digits };
}

function accepts(given, answer, whole, tolerance = 0) {
  const gap = Math.abs(given.value - answer);
  if (whole) return gap <= Math.max(tolerance, 1e-9 * Math.abs(answer));
  const rounded = given.digits >= 2 ? given.half : 0;
  return gap <= Math.max(tolerance, rounded * (1 + 1e-9), 1e-6 * Math.abs(answer));
}

class LiveQuestion extends HTMLElement {
  static read = read;
  static accepts = accepts;

  connectedCallback() {
    if (this.spec) return;
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => this.begin(), { once: true });
    else this.begin();
  }

  begin() {
    this.spec = JSON.parse(this.querySelector("script.live-spec").textContent);
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.check(true); });
    const kept = this.remembered();
    if (kept !== null) { this.given = kept; this.check(false); }
    this.setAttribute("ready", "");
  }

  get inputs() { return [...this.form.querySelectorAll("input")]; }
  get given() {
    return this.spec.choices ? this.inputs.find((i) => i.checked)?.value ?? "" : this.inputs[0].value.trim();
  }
  set given(value) {
    if (this.spec.choices) this.inputs.forEach((i) => { i.checked = i.value === value; });
    else this.inputs[0].value = value;
  }

  get key() { return `live-question:${location.pathname}:${this.spec.name}`; }
  remembered() { try { return localStorage.getItem(this.key); } catch { return null; } }   // storage may be forbidden
  remember(value) { try { localStorage.setItem(this.key, value); } catch { /* then it is asked again next time */ } }

  verdict() {
    const { choices, answer, tolerance, unit, mistakes, whole, words } = this.spec, given = this.given;
    if (given === "") return ["open", words.nothing];
    if (choices) return [given === answer ? "right" : "wrong", choices[given]];
    const number = read(given, unit), said = (text) => text.replace("{given}", () => given);
    if (!number) return ["open", said(words.unreadable)];
    if (accepts(number, answer, whole[0], tolerance)) return ["right", words.right];
    const known = mistakes.find(([wrong], k) => accepts(number, wrong, whole[k + 1]));
    return ["wrong", known ? known[1] : said(words.wrong)];
  }

  check(keep) {
    const [state, message] = this.verdict();
    const element = this.querySelector(".verdict");
    element.className = `verdict verdict-${state}`;
    element.textContent = `${{ right: "✓", wrong: "✗", open: "○" }[state]} ${message}`;
    if (keep && state !== "open") this.remember(this.given);
  }
}

customElements.define("live-question", LiveQuestion);
})();

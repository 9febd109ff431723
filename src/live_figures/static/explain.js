// A number of the drawing that is touched says what it comes from, with the numbers of the moment.
import { linesOf } from "./formulas.js";
import { Light } from "./light.js";
import { formatValue } from "./numbers.js";
import { whenParsed } from "./parsed.js";

const REACH = 14;                     // pixels: a finger need not hit a number, only come near it
const SIGNS = { "·": "times", "+": "plus", "−": "minus", "/": "over", "σ(": "sigma_of", "tanh(": "tanh_of", "exp(": "exp_of",
  "log(": "log_of", "√": "root_of", Σ: "sum_of", "…": "dots", "(": "", ")": "" };
const USUAL = { value: "", formulas: [["", null]], says: "", color: "ink", format: ".2f", steps: ".2f", mark: "" };
const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

// A signal as its page declares it, with the pattern of its value: now[9], or e[s][k] where letters stand for places.
const read = (declared) => {
  const signal = { ...USUAL, ...declared }, letters = [...signal.value.matchAll(/\[([a-z]\w*)\]/g)].map(([, letter]) => letter);
  const pattern = (value) => new RegExp(`^${value.replace(/\[([a-z]\w*)\]|[[\]]/g, (part, letter) => (letter ? "\\[(\\d+)\\]" : `\\${part}`))}$`);
  return { ...signal, letters, shown: pattern(signal.value || "-"), drawn: pattern(signal.mark || "-") };
};
const lettersAt = ({ letters }, places) => Object.fromEntries(letters.map((letter, k) => [letter, places[k]]));
const referenceAt = (signal, places, reference = signal.value) => {
  const known = lettersAt(signal, places);
  return reference.replace(/\[([a-z]\w*)\]/g, (_, letter) => `[${known[letter] ?? letter}]`);
};
const symbolAt = (signal, places) => {
  const known = lettersAt(signal, places);
  return signal.symbol.replace(/\[([a-z])([+-]\d+)?\]/g, (_, letter, by = 0) => {
    const at = known[letter];
    if (typeof at === "number") return `{${at + +by + 1}}`;
    const shift = at[1] + +by;
    return `{${at[0]}${shift ? (shift > 0 ? "+" : "") + shift : ""}}`;
  });
};
// A symbol with its subscripts and superscripts: c_{t-1}.
const spelledOut = (text) => text.split(/([_^](?:\{[^}]*\}|.))/u).map((part, k) =>
  (k % 2 ? make(part[0] === "_" ? "sub" : "sup", { textContent: part.slice(1).replace(/[{}]/g, "") }) : part));

export class Explain {
  constructor(figure, { signals, words }) {
    Object.assign(this, { figure, words, open: null, at: 0 });
    this.signals = Object.fromEntries(Object.entries(signals).map(([name, signal]) => [name, read(signal)]));
    this.host = figure.querySelector(".live-explained");
    this.numbers = this.find();
    this.numbers.forEach(({ element, name }) => {
      element.classList.add("live-number");
      if (!element.closest("[data-signal]")) element.dataset.signal = name;
    });
    this.ring = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    this.ring.setAttribute("class", "live-ring");
    this.sums = make("div", { className: "live-arithmetic", hidden: true });
    this.host.append(...this.numbers.length ? [this.makeWalk()] : [], this.sums);
    figure.querySelector(".live-drawing")?.after(this.host);   // beside the numbers, whatever else stands below them
    figure.stage.addEventListener("click", (event) => { if (!this.host.contains(event.target)) this.touch(event); });
    figure.addEventListener("keydown", (event) => { if (event.key === "Escape") this.close(); });
    whenParsed(() => new Light(figure, this.signals));   // words of the text may stand below the figure
  }

  // The numbers of the drawing that are signals, each with its places.
  find() {
    return this.figure.drawing.flatMap(({ element, name, reference }) => {
      const found = Object.entries(this.signals).map(([key, { shown, drawn }]) => [key, (name === "text" ? shown : drawn).exec(reference)])
        .find(([, match]) => match);
      return found ? { element, name: found[0], places: found[1].slice(1).map(Number) } : [];
    });
  }

  // One stop of the Tab key for all of them: arrow keys go from number to number.
  makeWalk() {
    const walk = make("div", { className: "live-walk", tabIndex: 0, role: "slider", ariaLabel: this.words.numbers });
    walk.setAttribute("aria-description", this.words.numbers_keys);
    walk.ariaValueMin = 0;
    walk.ariaValueMax = this.numbers.length - 1;
    walk.ariaValueNow = this.at;
    walk.onfocus = () => { if (!this.isSeen(this.numbers[this.at])) this.at = this.numbers.findIndex((n) => this.isSeen(n)); this.frame(); };
    walk.onblur = () => this.frame();
    walk.onkeydown = (event) => this.key(event);
    return (this.walk = walk);
  }

  isSeen({ element }) { return getComputedStyle(element).visibility === "visible" && element.getClientRects().length; }

  key(event) {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || !(way || event.key === "Enter" || event.key === " ")) return;
    event.preventDefault();
    if (!way) { this.toggle(this.numbers[this.at]); return; }
    this.at = this.beside(this.at, way);
    if (this.open) this.show(this.numbers[this.at]); else this.frame();
  }

  // The nearest number in one direction; the same where there is none.
  beside(at, [dx, dy]) {
    const middle = ({ element }) => { const { left, top, width, height } = element.getBoundingClientRect(); return [left + width / 2, top + height / 2]; };
    const [x, y] = middle(this.numbers[at]);
    let best = at, least = Infinity;
    this.numbers.forEach((number, k) => {
      if (k === at || !this.isSeen(number)) return;
      const [u, v] = middle(number), along = dx * (u - x) + dy * (v - y), across = Math.abs(dy * (u - x) + dx * (v - y));
      if (along > 1 && along + 3 * across < least) [best, least] = [k, along + 3 * across];
    });
    return best;
  }

  // The number that was touched, or whose wire was.
  touch({ clientX: x, clientY: y, target }) {
    const wire = target.closest("[data-signal]")?.dataset.signal, ofWire = this.numbers.find((n) => n.name === wire && this.isSeen(n));
    let best, least = ofWire ? 1 : REACH;
    for (const number of this.numbers.filter((n) => this.isSeen(n))) {
      const { left, right, top, bottom } = number.element.getBoundingClientRect();
      const far = Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
      if (far < least) [best, least] = [number, far];
    }
    best ??= ofWire;
    if (!best) return;
    this.toggle(best);
    this.walk.focus({ preventScroll: true });     // arrow keys go on from here
  }

  toggle(number) { if (number === this.open) this.close(); else this.show(number); }

  show(number) {
    this.open = number;
    this.at = this.numbers.indexOf(number);
    this.draw();
    this.sums.scrollIntoView({ block: "nearest" });
    this.figure.say.textContent = this.spoken;
  }

  close() {
    if (!this.open) return;
    const inside = this.host.matches(":focus-within");
    this.open = null;
    this.draw();
    if (inside) this.walk.focus({ preventScroll: true });   // the cross that had the focus is gone
  }

  // Around the number that is explained, or to which the keys have come.
  frame() {
    const focused = this.walk?.matches(":focus"), number = this.open ?? (focused && this.numbers[this.at]);
    this.ring.remove();
    if (this.walk) {
      const { name, places } = this.numbers[this.at], signal = this.signals[name];
      this.walk.ariaValueNow = this.at;
      this.walk.ariaValueText = this.figure.program ? `${signal.name} ${this.valueAt(signal, places)}` : signal.name;
    }
    if (!number) return;
    const { x, y, width, height } = number.element.getBBox();
    Object.entries({ x: x - 4, y: y - 2, width: width + 8, height: height + 4, rx: 4 }).forEach(([key, value]) => this.ring.setAttribute(key, value));
    this.ring.classList.toggle("focused", focused && this.walk.matches(":focus-visible"));
    this.ring.classList.toggle("open", number === this.open);
    number.element.before(this.ring);
  }

  valueAt(signal, places) { return formatValue(this.figure.number(referenceAt(signal, places)), signal.format); }

  draw() {
    this.sums.hidden = !this.open;
    if (this.open) this.explain(this.open);
    this.frame();
  }

  explain({ name, places }) {
    const { figure, signals } = this, signal = signals[name], get = (reference) => figure.number(reference);
    const [, tree] = signal.formulas.find(([met]) => !met || get(referenceAt(signal, places, met)) > 0);
    const of = {
      value: (other, at) => +get(referenceAt(signals[other], at)), symbol: (other, at) => symbolAt(signals[other], at),
      form: (other) => signals[other].format, letters: lettersAt(signal, places), steps: signal.steps,
    };
    const symbol = symbolAt(signal, places);
    const all = tree === null ? [[false, [[this.valueAt(signal, places), ""]]]] : linesOf(tree, of, signal.format);
    const lines = all.filter(([, tokens]) => tokens.map(([text]) => text).join("") !== symbol);
    this.spoken = signal.name + lines.map(([about, tokens]) =>
      ` ${this.words[about ? "about" : "equals"]} ${this.spell(tokens, tree !== null && tokens === all[0][1])}`).join("");
    const rows = lines.flatMap(([about, tokens]) => [make("span", {}, about ? "≈" : "="), make("span", {}, ...tokens.flatMap((token) => this.mark(token)))]);
    const shown = make("div", { className: "live-sums", ariaHidden: "true" }, make("b", { className: signal.color }, ...spelledOut(symbol)), ...rows);
    const close = make("button", { type: "button", className: "live-close", ariaLabel: this.words.close, textContent: "×", onclick: () => this.close() });
    this.sums.replaceChildren(make("p", { className: "live-hidden", textContent: this.spoken }), shown,
      ...signal.says ? [make("p", { textContent: signal.says })] : [], close);
  }

  mark([text, name]) { return name ? [make("b", { className: this.signals[name].color }, ...spelledOut(text))] : spelledOut(text); }

  spell(tokens, symbols) {
    return tokens.map(([text, name]) => {
      if (name && symbols) return this.signals[name].name;
      if (text[0] === "^") return `${this.words.power} ${text.slice(2, -1)}`;
      const sign = SIGNS[text[0] === "Σ" ? "Σ" : text.trim()];
      return sign === undefined ? text : this.words[sign] ?? "";
    }).join(" ").split(/\s+/).filter(Boolean).join(" ");
  }
}

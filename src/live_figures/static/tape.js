// A line that the reader types, and lanes on the same grid of characters; live_figures/tape.py draws the same before
// any script runs. Row t of an array is what was computed once t characters were read.
import { fillTemplate, formatValue } from "./numbers.js";

const FULL = 0.25;            // the bar of the likeliest character is as long as there is room, if it has this chance
const SIGNS = { "\n": "↵", " ": "␣", "\t": "⇥" };
const [FIRST, REST, KEY, SLOW] = [1500, 4000, 90, 220];   // milliseconds of a line that types itself
const RESTING = 400;          // milliseconds without a move, after those in which the figure itself would speak
const still = matchMedia("(prefers-reduced-motion: reduce)");

const short = (x) => String(+x.toFixed(2));
export const height = (value, { low, high }) => formatValue(100 * (1 - (value - low) / (high - low)), ".1f");

// The upper edge of a lane: a step for each character, from one of the places of `ends` to the next.
export const edgeOf = (values, ends, lane) =>
  values.map((v, k) => `${k ? "V" : "M0 "}${height(v, lane)}H${short(ends[k + 1])}`).join("");

// The ground of the marked characters: a rectangle for each run of them.
export const groundOf = (marked, ends) => {
  let d = "";
  for (let k = 0, from; k < marked.length; k++) {
    if (!(marked[k] > 0)) continue;
    for (from = k; marked[k + 1] > 0; ) k++;
    d += `M${short(ends[from])} 0H${short(ends[k + 1])}V1H${short(ends[from])}Z`;
  }
  return d;
};

export class Tape {
  constructor(figure, view) {
    const host = figure.querySelector(`[data-view="${view.name}"]`), all = (part) => [...host.querySelectorAll(part)];
    Object.assign(this, { figure, view, host, input: figure.inputs.get(view.text), lanes: all(".tape-lane") });
    [this.strip, this.sheet, this.ground, this.says, this.button] =
      [".tape-strip", ".tape-sheet", ".tape-line path", ".tape-says", ".live-play"].map((part) => host.querySelector(part));
    [this.options, this.nexts] = [all("[type=radio]"), all(".tape-next button")];
    this.listen();
  }

  listen() {
    const { figure, view, host, input, sheet } = this;
    host.onchange = ({ target }) => {
      if (target.type === "radio") { this.stop(); figure.controls = { [view.picks]: target.value }; }
    };
    host.querySelector(".tape-next").onclick = ({ target }) => this.take(this.nexts.indexOf(target.closest("button")));
    host.querySelector(".tape-next").onpointerdown = (event) => event.preventDefault();   // the caret stays in the line
    input.onfocus = () => this.stop(false);
    input.onblur = () => this.move();
    input.onkeydown = (event) => this.onKey(event);
    document.addEventListener("selectionchange", () => { if (input.matches(":focus")) this.follow(); });
    sheet.onpointermove = sheet.onpointerdown = (event) => this.point(event);
    sheet.onpointerleave = (event) => { if (event.pointerType === "mouse") this.move(); };
    if (this.button) this.button.onclick = () => (this.timer ? this.stop() : this.type());
    new IntersectionObserver(([entry]) => { this.seen = entry.isIntersecting; }).observe(host);
  }

  get text() { return this.figure.values[this.view.text]; }
  get end() { return this.shown ?? this.letters.length; }   // characters that stand there
  array(name) { return this.figure.program.refer(name).view; }
  row(name, row) { const { shape, view } = this.figure.program.refer(name), n = shape[1]; return view.subarray(row * n, (row + 1) * n); }

  // Brings the tape up to date with what was computed.
  draw() {
    const first = !this.letters;
    this.letters = [...this.text];
    this.pointed = null;
    if (this.input.value !== this.letters.slice(0, this.shown).join("")) this.halt();   // somebody set another line
    for (const option of this.options) option.checked = option.value === this.figure.values[this.view.picks];
    this.lay();
    if (!first && this.shown === undefined) this.speak();
    if (first && this.button && !still.matches && !this.figure.moved().length) this.wait(FIRST);
  }

  // The caret has moved: what it stands at is shown, and heard once it rests.
  follow() {
    this.move();
    if (!this.letters) return;
    this.reveal();
    this.speak();
  }

  // What a screen reader hears: the sentence, once the typing or the caret rests.
  speak() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => { this.figure.say.textContent = this.says.textContent; }, RESTING);
  }

  // The lanes and the ground, as far as characters stand there.
  lay() {
    const { view, end, host } = this, upTo = (name) => [...this.array(name).subarray(1, end + 1)];
    this.ends = this.places();
    host.style.setProperty("--length", short(this.ends[end]));
    if (view.marked) this.ground.setAttribute("d", groundOf(upTo(view.marked), this.ends));
    view.lanes.forEach((lane, k) => {
      const [, area, edge] = this.lanes[k].querySelectorAll("path"), d = edgeOf(upTo(lane.values), this.ends, lane);
      edge.setAttribute("d", d);
      area.setAttribute("d", d && `${d}V${height(0, lane)}H0Z`);
    });
    this.move();
    this.reveal();
  }

  // Where each character begins, and the last one ends, in widths of a digit: not all scripts keep to the grid.
  places() {
    const { letters } = this;
    if (/^[ -~]*$/.test(letters.join(""))) return [...letters.keys(), letters.length];
    const pen = document.createElement("canvas").getContext("2d");
    const { fontSize, fontFamily } = getComputedStyle(this.input);
    pen.font = `${fontSize} ${fontFamily}`;
    const unit = pen.measureText("0").width;
    return [...letters.keys(), letters.length].map((k) => pen.measureText(letters.slice(0, k).join("")).width / unit);
  }

  // The row that is looked at: under the pointer, else at the caret, else the last.
  get at() {
    const { input, end, pointed } = this;
    if (pointed !== null) return Math.min(pointed, end);
    if (!input.matches(":focus")) return end;
    return Math.min([...input.value.slice(0, input.selectionStart)].length, end);
  }

  point({ clientX }) {
    const { left } = this.sheet.getBoundingClientRect(), x = (clientX - left) / this.unit;
    this.move(this.ends && x < this.ends[this.end] ? this.ends.findLastIndex((from) => from <= x) + 1 : null);
  }

  // Shows the row at the caret, or the one that is pointed at.
  move(pointed = null) {
    this.pointed = pointed;
    if (!this.letters) return;
    const { at, view, host, ends } = this;
    host.style.setProperty("--at", short(ends[at]));
    host.style.setProperty("--wide", short(at ? ends[at] - ends[at - 1] : 0));
    this.says.textContent = this.said(at);
    view.lanes.forEach((lane, k) => {
      this.lanes[k].querySelector("output").textContent = formatValue(this.array(lane.shows || lane.values)[at], lane.format);
    });
    if (view.shares) this.row(view.shares, at).forEach((share, k) =>
      this.options[k].parentNode.style.setProperty("--p", `${(100 * share).toFixed(0)}%`));
    this.expect(at);
  }

  said(row) {
    const { view, figure, letters } = this;
    const get = (name) => (name === "character" ? SIGNS[letters[row - 1]] ?? letters[row - 1] ?? ""
      : name in figure.arrays ? this.array(name)[row] : figure.number(name));
    return fillTemplate(view.says.find(([met]) => !met || this.array(met)[row] > 0)[1], get);
  }

  // The next characters as bars.
  expect(row) {
    const codes = this.row(this.view.next, row), chances = this.row(this.view.chance, row);
    this.nexts.forEach((button, k) => {
      const letter = String.fromCodePoint(codes[k]), [name, , , , chance] = button.childNodes;
      name.textContent = SIGNS[letter] ?? letter;
      chance.textContent = formatValue(chances[k], ".0%");
      button.disabled = letter === "\n";
      button.style.setProperty("--p", `${formatValue(100 * chances[k] / Math.max(chances[0], FULL), ".1f")}%`);
    });
  }

  // The next character of this place among the bars goes into the line, where the row is that is looked at.
  take(place) {
    const { input, at, letters } = this;
    if (place < 0 || this.nexts[place].disabled) return;
    const code = this.row(this.view.next, at)[place];
    this.stop(false);
    const before = letters.slice(0, at).join("").length;
    input.setRangeText(String.fromCodePoint(code), before, before, "end");
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // The right arrow has nowhere to go at the end of the line: it takes the likeliest character.
  onKey(event) {
    const { input } = this, atEnd = input.selectionStart === input.value.length;
    if (event.key !== "ArrowRight" || !atEnd || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (this.text === input.value) this.take(this.nexts.findIndex((button) => !button.disabled));   // else the bars are older
  }

  get unit() { return this.lanes[0].querySelector("svg").getBoundingClientRect().width / this.figure.control(this.view.text).max; }

  // Scrolls sideways until the row that is looked at can be seen, with some room.
  reveal() {
    const { strip, unit } = this, x = this.ends[this.at] * unit, room = 3 * unit;
    this.input.scrollLeft = 0;
    strip.scrollLeft = Math.min(Math.max(strip.scrollLeft, x + room - strip.clientWidth), Math.max(x - room, 0));
  }

  // -------- the examples type themselves, until somebody does

  wait(time) {
    this.button.setAttribute("aria-pressed", "true");
    this.timer = setTimeout(() => this.beat(), time);
  }

  type() { this.next(); this.wait(KEY); }

  next() {
    const { types } = this.view;
    this.shown = 0;
    this.put(types[(types.indexOf(this.text) + 1) % types.length], "");
  }

  // Another line, computed and drawn, which is no doing of the reader's: the address and the screen reader stay silent.
  put(text, standing) {
    this.figure.values[this.view.text] = text;
    this.figure.compute();
    this.letters = [...text];
    if (this.input.value !== standing) this.input.value = standing;
    this.lay();
  }

  beat() {
    if (document.hidden || !this.seen) { this.wait(REST); return; }
    if (this.end >= this.letters.length) { this.type(); return; }
    this.shown = this.end + 1;
    this.input.value = this.letters.slice(0, this.shown).join("");
    this.lay();
    this.wait(this.shown === this.letters.length ? REST : /[\w]/.test(this.letters[this.shown - 1]) ? KEY : SLOW);
  }

  // What stands there is the line from now on, or the whole line that was being typed.
  stop(whole = true) {
    if (!this.timer) return;
    const line = whole ? this.text : this.input.value;
    this.halt();
    this.put(line, line);
  }

  halt() {
    clearTimeout(this.timer);
    this.timer = this.shown = undefined;
    this.button?.setAttribute("aria-pressed", "false");
  }
}

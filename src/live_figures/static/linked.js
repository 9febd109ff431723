// Two rows of characters and the lines between them; live_figures/linked.py draws the same before any script runs.
import { formatValue } from "./numbers.js";

const LEVELS = 8, FAINTEST = 0.02, FEWEST = 20, HEIGHT = 40, SPOKEN = 0.05;
const SIGNS = { "\n": "↵", " ": "␣", "\t": "⇥" };
const WIDE = /[\u2e80-\u{10ffff}]/u;

// One path for each strength: the lines of the rows for which `takes(row)` holds, as many as are not too faint to see.
export const pathsOf = (links, rows, columns, stride, takes) => {
  const paths = Array(LEVELS).fill(""), n = Math.max(columns, FEWEST), half = HEIGHT / 2;
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) {
    const link = links[row * stride + column];
    if (link < FAINTEST || !takes(row)) continue;
    const x1 = (100 * (column + 0.5 + (n - columns) / 2) / n).toFixed(2), x2 = (100 * (row + 0.5) / rows).toFixed(2);
    paths[Math.min(Math.ceil(link * LEVELS), LEVELS) - 1] += `M${x1} 0C${x1} ${half} ${x2} ${half} ${x2} ${HEIGHT}`;
  }
  return paths;
};

// As many elements in `host` as there are `wanted`, made by `make`.
const fit = (host, wanted, make) => {
  while (host.children.length > wanted) host.lastChild.remove();
  while (host.children.length < wanted) host.append(make());
  return [...host.children];
};

export class Linked {
  constructor(figure, view) {
    Object.assign(this, { figure, view });
    this.host = figure.querySelector(`[data-view="${view.name}"]`);
    [this.above, this.below, this.output] = [".live-above", ".live-below", "output"].map((part) => this.host.querySelector(part));
    this.paths = [...this.host.querySelectorAll("path")];
    this.alphabet = new Set(figure.control(view.text).alphabet);
    this.below.onclick = ({ target }) => this.choose([...this.below.children].indexOf(target.closest("span")));
    this.below.onkeydown = (event) => this.onKey(event);
    this.above.onpointermove = this.above.onpointerdown = ({ target }) => this.read([...this.above.children].indexOf(target));
    this.above.onpointerleave = () => this.read(-1);
  }

  // Brings both rows and the lines up to date.
  draw() {
    const { figure, view } = this, { values, program } = figure;
    this.letters = [...values[view.text].replace(/\r\n?/g, "\n")];
    this.at = values[view.chooses];
    [this.answer, this.links, this.sure] = [view.answer, view.links, view.sure].map((name) => program.refer(name).view);
    this.stride = this.links.length / this.answer.length;
    this.host.classList.toggle("wide", WIDE.test(this.letters.join("")));
    this.host.style.setProperty("--n", Math.max(this.letters.length, FEWEST));
    this.drawAbove();
    this.drawBelow();
    const lines = (takes) => pathsOf(this.links, this.answer.length, this.letters.length, this.stride, takes);
    [...lines((row) => row !== this.at), ...lines((row) => row === this.at)].forEach((d, k) => this.paths[k].setAttribute("d", d));
    this.read(-1);
  }

  drawAbove() {
    fit(this.above, this.letters.length, () => document.createElement("span")).forEach((cell, k) => {
      const letter = this.letters[k];
      cell.textContent = SIGNS[letter] ?? letter;
      cell.className = `${this.alphabet.has(letter) ? "" : "strange"} ${SIGNS[letter] ? "sign" : ""}`.trim();
      cell.style.setProperty("--t", `${(100 * this.link(k)).toFixed(0)}%`);
    });
  }

  drawBelow() {
    [...this.below.children].forEach((cell, k) => {
      cell.className = k === this.at ? "at" : k > this.at ? "later" : "";
      cell.style.setProperty("--p", `${(100 * this.sure[k]).toFixed(1)}%`);
      cell.firstChild.textContent = String.fromCodePoint(this.answer[k]);
      cell.lastChild.textContent = formatValue(this.sure[k], this.view.format);
    });
    this.below.setAttribute("aria-valuenow", this.at);
    this.below.setAttribute("aria-valuetext", this.reading());
  }

  link(column) { return this.links[this.at * this.stride + column]; }
  end(column) { return `“${SIGNS[this.letters[column]] ?? this.letters[column]}” ${formatValue(this.link(column), this.view.format)}`; }

  // The chosen character, and what it is linked with: the strongest first, or the one that the reader points at.
  reading(pointed = -1) {
    const { at, answer, sure, view } = this;
    const strong = [...this.letters.keys()].filter((k) => this.link(k) >= SPOKEN).sort((a, b) => this.link(b) - this.link(a) || a - b);
    const ends = (pointed < 0 ? strong : [pointed]).map((k) => this.end(k)).join(", ");
    return `${at}: “${String.fromCodePoint(answer[at])}” ${formatValue(sure[at], view.format)}${ends && ` ← ${ends}`}`;
  }

  read(pointed) { this.output.textContent = this.reading(pointed); }

  choose(at) {
    if (at < 0 || at >= this.answer.length) return;
    this.figure.player.stop();
    this.figure.controls = { [this.view.chooses]: at };
  }

  onKey(event) {
    const last = this.answer.length - 1;
    const next = { ArrowLeft: this.at - 1, ArrowDown: this.at - 1, ArrowRight: this.at + 1, ArrowUp: this.at + 1, Home: 0, End: last }[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.choose(next);
  }
}

// A text whose characters stand on grounds tinted by an array. Only what can be seen is made of single characters:
// the rest of the text is plain, so that 20,000 characters cost no more than a screenful.
import { formatValue } from "./numbers.js";

const CHUNK = 200;            // characters, about: the text is coloured and made plain again in chunks
const LEVELS = 20;
const SIGNS = { "\n": "↵", " ": "␣", "\t": "⇥" };
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

// A text in chunks that end at a space or a line's end where there is one: [first character, text], counted in code points.
export const chunksOf = (text) => {
  const chunks = [], letters = [...text];
  for (let from = 0, to; from < letters.length; from = to) {
    to = from + CHUNK;
    while (to < letters.length && !/\s/.test(letters[to - 1]) && to - from < 2 * CHUNK) to++;
    while (to < letters.length && /[\p{M}\p{Emoji_Modifier}\u200d]/u.test(letters[to] + letters[to - 1])) to++;
    to = Math.min(to, letters.length);
    chunks.push([from, letters.slice(from, to).join("")]);
  }
  return chunks;
};

// The class and the strength in percent of a character's ground.
export const tint = (value, low, high) => {
  const side = value < 0 && low < 0 ? "n" : "p", share = value / (side === "n" ? low : high);
  return [side, Math.floor(100 * Math.floor(Math.min(Math.max(share, 0), 1) * LEVELS + 0.5) / LEVELS)];
};

export class Colored {
  constructor(figure, view) {
    Object.assign(this, { figure, view });
    this.host = figure.querySelector(`[data-view="${view.name}"]`);
    this.page = this.host.querySelector(".live-text");
    this.output = this.host.querySelector("output");
    this.page.onscroll = () => this.paint();
    new ResizeObserver(() => this.paint()).observe(this.page);
    this.page.onpointermove = (event) => this.read(event.target.at ?? this.at);
    this.page.onpointerleave = () => this.read(this.at);
    if (view.chooses) {
      this.page.onclick = (event) => event.target.at !== undefined && this.choose(event.target.at);
      this.page.onkeydown = (event) => this.onKey(event);
    }
  }

  // Brings text, tints and the chosen character up to date.
  draw() {
    const { figure, view } = this, { values } = figure;
    const text = view.fixed || (view.codes ? String.fromCodePoint(...figure.program.refer(view.codes).view.filter(Boolean))
      : values[view.text].replace(/\r\n?/g, "\n"));
    this.tints = figure.program.refer(view.row ? `${view.tint}[${values[view.row]}]` : view.tint).view;
    if (text !== this.text) this.lay(text);
    if (view.chooses) this.follow(values[view.chooses]);
    this.paint();
    this.read(this.at);
  }

  lay(text) {
    this.text = text;
    this.letters = [...text];
    const top = this.page.scrollTop;
    this.chunks = chunksOf(text).map(([from, part]) => {
      const element = document.createElement("span");
      element.textContent = part;
      return { from, part, element, marks: null };
    });
    this.page.replaceChildren(...this.chunks.map((chunk) => chunk.element));
    this.page.scrollTop = top;
  }

  // The chosen character, inside the text as it is now; the slider ends where the text ends.
  follow(wanted) {
    const { figure, view } = this, last = Math.max(this.letters.length - 1, 0), at = Math.min(wanted, last);
    const control = figure.control(view.chooses), input = figure.inputs.get(view.chooses);
    const end = Math.min(control.max, last);
    if (+input.max !== end) { input.max = end; figure.show(view.chooses); }
    if (at !== wanted) { this.choose(at); return; }
    const moved = at !== this.at;
    this.at = at;
    if (moved) this.reveal(at);
    this.page.setAttribute("aria-valuemax", last);
    this.page.setAttribute("aria-valuenow", at);
    this.page.setAttribute("aria-valuetext", this.reading(at));
  }

  choose(at) {
    const { figure, view } = this, { min, max } = figure.control(view.chooses);
    figure.player.stop();
    figure.controls = { [view.chooses]: Math.max(min, Math.min(max, at, this.letters.length - 1)) };
  }

  reading(at) {
    const letter = this.letters[at];
    const value = this.tints[at], { classes, format } = this.view;
    const said = classes.length ? classes[value]?.[0] : formatValue(value, format);
    return letter === undefined ? "" : `${at}: “${SIGNS[letter] ?? letter}” ${said}`;
  }

  read(at) { this.output.textContent = this.reading(at); }

  // Colours the chunks that are in sight or nearly so, and makes the others plain.
  paint() {
    if (!this.chunks) return;
    const { top, height } = this.page.getBoundingClientRect();
    if (!this.view.chooses) this.page.tabIndex = this.page.scrollHeight > this.page.clientHeight ? 0 : -1;  // to scroll it by key
    const near = this.chunks.map(({ element }) => {
      const box = element.getBoundingClientRect();
      return box.bottom > top - height / 2 && box.top < top + 1.5 * height;
    });
    this.chunks.forEach((chunk, k) => {
      if (near[k]) this.color(chunk);
      else if (chunk.marks) { chunk.element.textContent = chunk.part; chunk.marks = null; }
    });
  }

  // One element a character as a reader sees it, with the value of its last code point.
  color(chunk) {
    const { low, high, classes } = this.view;
    if (!chunk.marks) {
      let at = chunk.from - 1;
      chunk.marks = [...segmenter.segment(chunk.part)].map(({ segment }) => {
        const mark = document.createElement("span");
        mark.textContent = segment;
        mark.first = at + 1;
        mark.at = at += [...segment].length;
        mark.end = segment === "\n";
        return mark;
      });
      chunk.element.replaceChildren(...chunk.marks);
    }
    for (const mark of chunk.marks) {
      const value = this.tints[mark.at], here = mark.first <= this.at && this.at <= mark.at;
      const [side, strength] = classes.length ? [`k ${classes[value]?.[1]}`.trim()] : tint(value, low, high);
      const look = side + (mark.end ? " end" : "") + (here ? " at" : "");
      if (mark.look !== look) mark.className = mark.look = look;
      if (mark.strength !== strength) mark.style.setProperty("--t", `${mark.strength = strength}%`);
    }
  }

  mark(at) {
    const chunk = this.chunks.find(({ from, part }) => at < from + [...part].length);
    if (chunk) this.color(chunk);
    return chunk?.marks.find((mark) => mark.first <= at && at <= mark.at);
  }

  // Scrolls the text alone, never the page, so far that character `at` can be seen.
  reveal(at) {
    const mark = this.mark(at);
    if (!mark) return;
    const box = this.page.getBoundingClientRect(), rect = mark.getBoundingClientRect();
    if (rect.top < box.top) this.page.scrollTop -= box.top - rect.top + 4;
    else if (rect.bottom > box.bottom) this.page.scrollTop += rect.bottom - box.bottom + 4;
  }

  onKey(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
    const lines = { ArrowUp: -1, ArrowDown: 1, PageUp: -8, PageDown: 8 }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || (steps ?? lines) === undefined || !this.letters.length) return;
    event.preventDefault();
    this.choose(lines ? this.above(lines) : Math.max(0, this.at + steps));
  }

  // The character so many lines below (above, if negative) the chosen one.
  above(lines) {
    this.reveal(this.at);
    const { left, top, height } = this.mark(this.at).getBoundingClientRect();
    const distance = lines * parseFloat(getComputedStyle(this.page).lineHeight), x = left + 2, y = top + height / 2 + distance;
    const box = this.page.getBoundingClientRect();
    const before = this.page.scrollTop;
    if (y < box.top) this.page.scrollTop -= box.top - y + height;
    if (y > box.bottom) this.page.scrollTop += y - box.bottom + height;
    this.paint();
    const shifted = y - (this.page.scrollTop - before);
    for (let back = 0; back < box.width; back += 8) {   // a shorter line: its last character
      const { at } = this.page.getRootNode().elementFromPoint(Math.max(x - back, box.left + 2), shifted) ?? {};
      if (at !== undefined) return at;
    }
    return lines < 0 ? 0 : this.letters.length - 1;
  }
}

// <live-question>: a question that is answered in the page, written by live_figures/exercises/card.py.
import { note, recordOf } from "./marks.js";
import { whenParsed } from "./parsed.js";
import { accepts, read } from "./reading.js";

const SIGNS = { right: "✓", wrong: "✗", open: "○" };

export class LiveQuestion extends HTMLElement {
  connectedCallback() {
    if (this.spec) return;
    whenParsed(() => this.begin());
  }

  begin() {
    this.spec = JSON.parse(this.querySelector("script.live-spec").textContent);
    this.key = this.spec.name;
    this.form = this.querySelector("form");
    this.said = this.querySelector(".verdict");
    this.restore();
    this.form.addEventListener("input", () => note(this.key, { answer: this.given, checked: false }));
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.check(); });
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

  // What the reader typed last time, and the verdict on it; silently, as nobody has asked now.
  restore() {
    const { answer, checked } = recordOf(this.key);
    if (typeof answer !== "string") return;
    this.given = answer;
    this.said.setAttribute("aria-live", "off");
    if (checked) this.say(...this.verdict());
  }

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

  check() {
    const [state, message] = this.verdict();
    this.said.removeAttribute("aria-live");
    this.say(state, message);
    if (state !== "open") this.count(state);   // what cannot be read is no try
    this.dispatchEvent(new CustomEvent("live-question:answered", { bubbles: true, detail: { key: this.key, state } }));
  }

  count(state) {
    const { answer, checked, tries = 0, solved } = recordOf(this.key), again = checked && answer === this.given;
    note(this.key, { answer: this.given, checked: true, tries: again || solved ? tries : tries + 1,
      ...(state === "right" && { solved: true }) });
  }

  say(state, message) {
    this.said.className = `verdict verdict-${state}`;
    this.said.textContent = `${SIGNS[state]} ${message}`;
  }
}

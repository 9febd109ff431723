// The guide of a figure: its challenges, met by themselves and remembered.
import { fillTemplate } from "./numbers.js";
import { recall, remember } from "./store.js";

export class Guide {
  constructor(figure, { words }) {
    Object.assign(this, { figure, words });
    const section = figure.querySelector(".live-tries");
    this.said = section.appendChild(Object.assign(document.createElement("p"), { className: "live-say" }));
    this.said.setAttribute("role", "status");
    this.challenges = [...section.querySelectorAll("[data-met]")];
    for (const item of this.challenges) if (recall("challenges", this.key(item))) this.mark(item);
  }

  key(item) { return `${this.figure.spec.name}.${item.dataset.met}`; }

  // Once a figure has been computed: what is met now?
  draw() {
    const won = this.challenges.filter((item) => !item.classList.contains("met") && this.figure.number(item.dataset.met) > 0);
    for (const item of won) this.meet(item);
  }

  meet(item) {
    this.mark(item);
    remember("challenges", this.key(item), true);
    this.say("task_done", { task: item.childNodes[1].textContent.trim() });
    this.figure.dispatchEvent(new CustomEvent("live-figure:met", { bubbles: true, detail: { what: "challenge", key: this.key(item) } }));
  }

  mark(item) {
    item.classList.add("met");
    item.querySelector(".live-mark").textContent = "✓";
    item.querySelector(".live-hidden").textContent = this.words.done;
  }

  say(key, values) { this.said.textContent = fillTemplate(this.words[key], (name) => values[name]); }
}

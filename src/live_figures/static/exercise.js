// <live-exercise>: the card of an exercise, whose hints, solution and stub are <details> that need no script. It keeps
// how far the reader is, and asks before it shows a solution that nobody has tried to find.
import { markOf, note, recordOf } from "./marks.js";
import { whenParsed } from "./parsed.js";
import { onProgress, recall } from "./store.js";

export class LiveExercise extends HTMLElement {
  connectedCallback() {
    if (this.key) return;
    whenParsed(() => this.begin());
  }

  begin() {
    this.key = this.getAttribute("name");
    this.querySelectorAll("details.live-clue").forEach((hint, k) => hint.addEventListener("toggle", () => {
      if (hint.open && !(this.record.hints > k)) note(this.key, { hints: k + 1 });
    }));
    this.guard(this.querySelector("details.live-solution"));
    this.own = this.querySelector(".live-own input");
    this.own?.addEventListener("change", () => note(this.key, { solved: this.own.checked }));
    this.querySelector(".live-launch")?.addEventListener("click", (event) => {
      if (event.target.closest("a")) note(this.key, { tries: Math.max(1, this.record.tries ?? 0) });
    });
    this.meet(false);
    onProgress(() => { this.meet(true); this.show(); });
    this.show();
    this.setAttribute("ready", "");
  }

  get record() { return recordOf(this.key); }
  get mark() { return markOf(this.record); }

  // The page has one dialog for all of its cards, in their overview.
  guard(solution) {
    const sure = document.getElementById("live-sure");
    solution.querySelector("summary").addEventListener("click", (event) => {
      if (!sure || solution.open || this.mark !== "new") return;
      event.preventDefault();
      sure.returnValue = "";
      sure.onclose = () => { if (sure.returnValue) solution.open = true; };
      sure.showModal();
    });
    solution.addEventListener("toggle", () => { if (solution.open && !this.record.seen) this.looked(); });
  }

  // An exercise that asks for a figure's controls is solved with that figure's challenge; `now` it is told.
  meet(now) {
    const { challenge } = this.dataset;
    if (!challenge || !recall("challenges", challenge)) return;
    const said = this.querySelector(".verdict");
    if (said.textContent) return;
    if (!now) said.setAttribute("aria-live", "off");
    said.className = "verdict verdict-right";
    said.textContent = `✓ ${this.dataset.praise}`;
    if (!this.record.solved) note(this.key, { solved: true });
  }

  looked() { if (this.mark !== "solved") note(this.key, { seen: true }); }

  show() {
    this.dataset.mark = this.mark;
    if (this.own) this.own.checked = this.mark === "solved";
  }
}

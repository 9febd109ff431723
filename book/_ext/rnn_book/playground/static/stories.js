// The stories: a question, a guess, two runs that answer it, and why. Nothing waits for the reader: each can be skipped.

export class Stories {
  constructor(desk, card, { stories, words }) {
    Object.assign(this, { desk, card, stories, words, at: -1 });
    this.items = [...card.querySelectorAll("ol > li")];
    card.addEventListener("click", ({ target }) => this.onClick(target.closest("button")));
    card.addEventListener("change", ({ target }) => { if (target.name === "story") this.go(+target.value); });
    this.go(0, true);
  }

  get item() { return this.items[this.at]; }
  get phase() { return this.item.dataset.phase; }

  onClick(button) {
    const { guess, story } = button?.dataset ?? {};
    if (guess) this.guess(+guess);
    else if (story === "unsure") this.guess();
    else if (story === "again") this.begin();
    else if (story === "next") this.go((this.at + 1) % this.items.length);
  }

  go(at, silent) {
    this.at = at;
    this.items.forEach((item, k) => item.classList.toggle("at", k === at));
    this.card.querySelector('[name="story"]').value = at;
    this.running = false;
    if (this.phase !== "why") this.turn("ask", silent);
    else if (!silent) this.focus();
  }

  // Shows a part of the story; who held a button that is gone stands at what came instead, others hear it.
  turn(phase, silent) {
    const held = this.card.contains(document.activeElement);
    this.item.dataset.phase = phase;
    if (!silent) this.focus(held);
  }

  focus(held = true) {
    const said = this.item.querySelector({ ask: ".play-ask", run: ".play-wait", why: ".play-why" }[this.phase]);
    said.tabIndex = -1;
    if (held && !this.card.querySelector("select:focus")) said.focus({ preventScroll: true });
    else this.desk.say = said.textContent;
  }

  guess(guess) {
    const { right } = this.stories[this.at], said = this.item.querySelector(`[data-guess="${guess}"]`)?.textContent;
    const verdict = this.item.querySelector(".play-verdict");
    verdict.classList.toggle("right", guess === right);
    verdict.textContent = guess === right ? this.words.right : said ? this.desk.tell("wrong", { guess: said }) : "";
    this.begin();
  }

  // Trains the runs of the story.
  begin() {
    const { names, runs, steps } = this.stories[this.at], { desk } = this;
    this.turn("run");
    desk.lay(runs, 0, names);
    desk.until = steps;
    desk.querySelector('[name="speed"]').value = 0;
    this.running = true;
    desk.play(steps);
  }

  // The training has come to its end: of the story's runs, unless the reader has made others of them.
  finished() {
    const { desk, running } = this;
    if (!running || !desk.runs.every((run) => run.over(this.stories[this.at].steps))) return;
    this.running = false;
    this.turn("why");
  }
}

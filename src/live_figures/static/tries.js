// The guide of a figure: one try at a time (asked, done, explained), then the challenges. It never takes the focus from
// elsewhere, and says what it shows to who cannot see it.
import { done, near, settable, within } from "./done.js";
import { fillTemplate } from "./numbers.js";
import { recall, remember } from "./store.js";

const REST_MS = 300;          // a try is complete once its state has stood for so long: a slider may pass through it
const TYPED = new Set(["text", "longtext", "pad"]);   // what a reader has written is theirs
const same = (a, b) => String(a) === String(b);
const place = (input) => input.closest(".live-controls > * > *, .live-map") ?? input;   // a control with its label

export class Guide {
  constructor(figure, { tries, words }) {
    Object.assign(this, { figure, tries, words, at: 0 });
    this.card = figure.querySelector(".live-tries");
    this.items = [...this.card.querySelectorAll("ol > li")];
    this.dots = [...this.card.querySelectorAll(".live-dots i")];
    this.challenges = [...this.card.querySelectorAll("[data-met]")];
    for (const details of this.card.querySelectorAll("details")) details.open = true;   // the card shows and hides them
    this.card.addEventListener("click", (event) => this.onClick(event.target.closest("button")));
    figure.addEventListener("keydown", (event) => this.onKey(event));
    this.restore();
  }

  get asked() { return this.tries[this.at]; }      // undefined among the challenges
  get item() { return this.items[this.at]; }
  get free() { return this.at === this.tries.length; }
  get phase() { return this.item?.dataset.phase; }
  part(name) { return this.card.querySelector(`[data-guide="${name}"]`); }
  tell(key, values = {}) { return fillTemplate(this.words[key], (name) => String(values[name])); }

  // What this browser remembers; the reader goes on behind the last try that was met.
  restore() {
    this.tries.forEach((asked, k) => {
      if (!recall("tries", this.key(k))) return;
      this.won(k);
      this.items[k].querySelector(".live-verdict").textContent = "";
      this.at = k + 1;
    });
    for (const item of this.challenges) if (recall("challenges", this.key(item.dataset.met))) this.check(item);
    if (this.tries.length) this.lay();
  }

  // -------- where the reader is

  go(at) {
    if (at < 0 || at > this.tries.length) return;
    this.turn(() => { this.at = at; });
  }

  show(phase) { this.turn(() => { this.item.dataset.phase = phase; }); }

  // Lays the card anew. Who held something in it that is gone stands at what came instead; others hear it.
  turn(change) {
    const held = this.card.querySelector(":focus");
    this.wait();
    change();
    this.lay();
    const shown = this.shown();
    if (held && (held.disabled || !held.checkVisibility({ visibilityProperty: true }))) shown.focus({ preventScroll: true });
    else this.say(shown.textContent);
  }

  lay() {
    const { at, free, phase, tries } = this;
    this.items.forEach((item, k) => {
      item.classList.toggle("at", k === at);
      if (k !== at) item.style.minHeight = "";
    });
    this.dots.forEach((dot, k) => dot.classList.toggle("at", k === at));
    this.card.classList.toggle("free", free);
    this.card.querySelector(".live-place").textContent = free ? this.words.free
      : this.tell("place", { at: at + 1, count: tries.length });
    this.part("back").disabled = !at;
    this.part("next").textContent = this.words[phase === "why" ? "next" : "skip"];
    this.point();
  }

  // The element that holds what the reader should read now.
  shown() {
    const shown = this.free ? this.card.querySelector(".live-challenges") ?? this.card.querySelector(".live-place")
      : this.item.querySelector({ ask: ".live-ask > span", do: ".live-do > span", why: ".live-why p" }[this.phase]);
    shown.tabIndex = -1;
    return shown;
  }

  say(text) { this.card.querySelector('[role="status"]').textContent = text; }

  // -------- what the reader does

  onClick(button) {
    const { guess, guide } = button?.dataset ?? {};
    if (guess) this.guess(+guess);
    else if (guide === "back") this.go(this.at - 1);
    else if (guide === "next") this.go(this.at + 1);
    else if (guide === "free") this.go(this.tries.length);
    else if (guide === "unsure") this.guess();
    else if (guide === "show") this.demonstrate();
  }

  onKey(event) {
    const { key, ctrlKey, metaKey, altKey, target } = event;
    if (key.toLowerCase() !== "s" || ctrlKey || metaKey || altKey || this.free) return;
    if (target.closest('select, textarea, input:not([type="range"], [type="checkbox"], [type="radio"])')) return;
    event.preventDefault();
    this.go(this.at + 1);
  }

  guess(guess) {
    const { asked } = this;
    asked.guess = guess;
    asked.shown = 0;
    asked.from = asked.states.length > 1 && this.stand();
    if (this.stands()) this.complete();
    else this.show("do");
  }

  // Sets the next state of the try, for who cannot or would rather look; what it leaves out goes back to its start.
  demonstrate() {
    const { asked, figure } = this, moved = this.strayed().filter(({ kind }) => !TYPED.has(kind));
    let goal;
    do goal = this.goal(asked.states[Math.min(asked.shown, asked.states.length - 1)]);
    while (++asked.shown < asked.states.length && Object.entries(goal).every(([name, value]) => same(figure.values[name], value)));
    this.set({ ...Object.fromEntries(moved.map((c) => [c.name, c.start])), ...goal });
  }

  // What the try's controls are to be set to for one of its states.
  goal(state) {
    return Object.fromEntries(this.named().map((c) => [c.name, c.name in state ? settable(state[c.name], c) : c.start]));
  }

  set(values) {
    this.figure.player.stop();
    this.figure.controls = values;
  }

  // The controls that the try names, and those it does not name that stand where neither the start nor a try has put them.
  named() { return this.figure.spec.controls.filter(({ name }) => this.asked.states.some((state) => name in state)); }
  strayed() {
    const { at, figure, tries } = this, path = Object.assign({}, ...tries.slice(0, at).flatMap(({ states }) => states));
    const named = this.named();
    return figure.spec.controls.filter((c) => !named.includes(c) && !same(figure.values[c.name], c.start)
      && !within(figure.values[c.name], path[c.name]));
  }

  // -------- what comes of it

  // Once the figure has been computed.
  draw() {
    this.computed = true;
    for (const item of this.challenges) {
      if (!item.classList.contains("met") && this.figure.number(item.dataset.met) > 0) this.master(item);
    }
    if (this.phase !== "do") return;
    this.point();
    if (this.stands()) this.resting ||= setTimeout(() => this.complete(), REST_MS);
    else {
      this.wait();
      if (this.nearly()) this.resting = setTimeout(() => this.settle(), REST_MS);
    }
  }

  wait() {
    clearTimeout(this.resting);
    this.resting = 0;
  }

  // The present values of what the try names.
  stand() { return JSON.stringify(this.named().map(({ name }) => this.figure.values[name])); }

  // Whether the try is complete. A way of several states has to be gone: who stands at its end has to move first.
  stands() {
    const { asked, figure } = this;
    if (asked.from && asked.from !== this.stand()) asked.from = "";
    return this.computed && !asked.from && done(asked, figure.values, (reference) => figure.number(reference));
  }

  // Whether all that keeps the try from being complete is that fingers are wide.
  nearly() {
    const { asked, figure } = this, before = asked.states.slice(0, -1);
    return !asked.from && !asked.met && Object.entries(asked.states.at(-1)).every(([name, wanted]) => {
      const value = figure.values[name], passed = before.filter((state) => name in state).map((state) => state[name]);
      return within(value, wanted) || near(figure.control(name), value, wanted, passed.filter((one) => !same(one, wanted)));
    });
  }

  settle() {
    const { asked, figure } = this, off = ([name, wanted]) => !within(figure.values[name], wanted);
    const exact = ([name, wanted]) => [name, settable(wanted, figure.control(name))];
    this.resting = 0;
    this.set(Object.fromEntries(Object.entries(asked.states.at(-1)).filter(off).map(exact)));
  }

  // Points at the controls that are yet to be set.
  point() {
    const { asked, figure, phase } = this, doing = phase === "do", goal = doing ? asked.states.at(-1) : {};
    const strayed = doing ? this.strayed() : [];
    const moves = (name) => asked.from && asked.states.some((state) => !same(state[name], goal[name]));
    for (const c of figure.spec.controls) {
      const wanted = c.name in goal && (moves(c.name) || !within(figure.values[c.name], goal[c.name]));
      place(figure.inputs.get(c.name)).classList.toggle("live-aim", Boolean(wanted || strayed.includes(c)));
    }
    if (doing) {
      this.item.querySelector(".live-moved").textContent = strayed.length
        ? this.tell("moved", { labels: strayed.map(({ label }) => label).join(", ") }) : "";
    }
  }

  complete() {
    const { asked, at, item } = this, { guess, right } = asked, verdict = item.querySelector(".live-verdict");
    const said = item.querySelector(`[data-guess="${guess}"]`)?.textContent;   // none where the reader was not sure
    item.style.minHeight = `${item.offsetHeight}px`;   // whatever the verdict, it takes no more and no less room
    verdict.classList.toggle("right", guess === right);
    verdict.textContent = guess === right ? this.words.right : said ? this.tell("wrong", { guess: said }) : "";
    this.won(at);
    this.show("why");
    this.keep("try", at);
  }

  won(k) {
    this.items[k].dataset.phase = "why";
    this.dots[k].classList.add("met");
  }

  master(item) {
    this.check(item);
    this.say(this.tell("task_done", { task: item.childNodes[1].textContent.trim() }));
    this.keep("challenge", item.dataset.met);
  }

  check(item) {
    item.classList.add("met");
    item.querySelector(".live-mark").textContent = "✓";
    item.querySelector(".live-hidden").textContent = this.words.done;
    this.dots.at(-1)?.classList.toggle("met", this.challenges.every((one) => one.classList.contains("met")));
  }

  // -------- what this browser remembers

  key(part) { return `${this.figure.spec.name}.${part}`; }

  keep(what, part) {
    const key = this.key(part), kind = { try: "tries", challenge: "challenges" }[what];
    if (recall(kind, key)) return;
    remember(kind, key, true);
    this.figure.dispatchEvent(new CustomEvent("live-figure:met", { bubbles: true, detail: { what, key } }));
  }
}

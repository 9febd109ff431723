// <live-playground>: controls, runs side by side, plots that move, and a trainer elsewhere that does the work.
import "@live/live-text.js";
import { followHash, readHash, writeHash } from "@live/address.js";
import { kinds, refuse } from "@live/controls.js";
import { fillTemplate, formatValue } from "@live/numbers.js";
import { afterPaint, page } from "@live/page.js";
import { Exports } from "./exports.js";
import { Look } from "./look.js";
import { Plots } from "./plots.js";
import { Run } from "./runs.js";
import { read, written } from "./state.js";
import { Stories } from "./stories.js";
import { encoded } from "./text.js";
import { connect, inPage } from "./thread.js";

const REST_MS = 200;          // a control that has not moved for so long is at rest
const LETTERS = "ABCD";
const RATE_MS = 500;          // over so long steps a second are counted
const WORTH = 5;              // steps of a run that are kept in sight when it begins anew
const brief = (text) => text.replace(/(.{40}).+/s, "$1…");   // a link may hold anything

export class LivePlayground extends HTMLElement {
  connectedCallback() {
    if (this.spec) return;
    this.spec = JSON.parse(this.querySelector("script.live-spec").textContent);
    const { controls, saved } = this.spec;
    this.inputs = new Map(controls.map((c) => [c.name, this.querySelector(`[name="${c.name}"]`)]));
    this.player = { stop() {} };               // sliders of figures may play; these do not
    this.plots = new Plots(this, this.spec, (text) => { this.say = text; });
    this.look = new Look(this.part("look"), this.spec);
    this.stories = new Stories(this, this.part("stories"), this.spec);
    this.exports = new Exports(this);
    for (const c of controls) kinds[c.kind].attach?.(this, c);
    this.oninput = (event) => this.onInput(event);
    this.onchange = ({ target }) => { if (target.name === "speed" && this.playing) this.play(); };
    this.onkeydown = this.onpointerdown = (event) => { this.keyed = event.type === "keydown"; };
    this.onclick = ({ target }) => this.onClick(target.closest("button"));
    new MutationObserver(() => this.request()).observe(page, { attributes: true, attributeFilter: ["data-theme"] });
    this.runs = [Object.assign(new Run(this.starts()), { saved: true })];
    this.take(saved, this.runs[0]);
    this.turn = 0;
    this.pending = new Set();      // runs that begin anew once their controls rest
    this.start();
  }

  start() {
    const wanted = readHash().get(this.spec.name);
    if (wanted) this.restore(wanted); else this.show(0);
    if (inPage) this.note(this.spec.words.in_page);
    this.setAttribute("ready", "");
    (globalThis.requestIdleCallback ?? setTimeout)(() => this.connect());       // so that Play finds all in place
  }

  part(name) { return this.querySelector(`[data-part-of="${name}"]`); }
  tell(key, values = {}) { return fillTemplate(this.spec.words[key], (name) => values[name]); }
  set say(text) { this.querySelector(".live-say").textContent = text; }

  // -------- runs and what was chosen for them

  starts() { return Object.fromEntries(this.spec.controls.map((c) => [c.name, c.start])); }
  control(name) { return this.spec.controls.find((c) => c.name === name); }
  get shown() { return this.runs[this.at]; }
  get values() { return this.shown.settings; }     // what the kinds of controls ask a figure for

  // What was chosen for the run that is shown; given some of it, that run begins anew.
  get controls() { return { ...this.values }; }
  set controls(given) {
    refuse(this, given);
    Object.assign(this.values, given);
    this.show(this.at);
    this.renew(this.shown);
  }

  explain({ label }, [key, values]) { return this.tell(key, { label, ...values }); }

  // Puts these settings in the place of all runs.
  lay(settings, shown = 0, names = []) {
    this.pause();
    for (const run of this.runs) this.drop(run);
    this.runs = settings.map((given, k) => Object.assign(new Run({ ...this.starts(), ...given }), { name: names[k] }));
    this.until = null;
    this.show(Math.min(shown, this.runs.length - 1));
    this.begin(...this.runs);
  }

  show(at) {
    this.at = at;
    for (const control of this.spec.controls) kinds[control.kind].show(control, this.inputs.get(control.name), this.values[control.name]);
    this.nameRuns();
    this.request();
  }

  // Each run is called what sets it apart from the others.
  nameRuns() {
    const { runs, spec } = this, apart = spec.controls.filter((c) => new Set(runs.map((run) => run.settings[c.name])).size > 1);
    runs.forEach((run, k) => {
      run.letter = LETTERS[k];
      const telling = apart.filter((c) => !this.idle(c, run.settings));
      run.label = run.name ?? (telling.length ? telling : [this.control("cell")]).map((c) => this.said(c, run.settings[c.name])).join(", ");
    });
    for (const c of spec.controls) this.inputs.get(c.name).disabled = this.idle(c, this.values);
    const { task } = this.values;
    this.inputs.get("text").closest(".live-longtext").hidden = task !== "text";
    this.part("task").textContent = spec.tasks[task].says;
    this.part("runs").replaceChildren(...runs.map((run, k) => this.tab(run, k)));
    this.querySelector('[data-act="add"]').disabled = runs.length >= spec.most;
    this.querySelector('[data-act="remove"]').hidden = runs.length < 2;
    for (const place of this.querySelectorAll(".play-which")) place.textContent = runs.length > 1 ? `${this.shown.letter} · ${this.shown.label}` : this.shown.label;
  }

  // Whether a control moves nothing with these settings.
  idle(control, { cell, clip }) { return Boolean({ no_limit: clip === "off", no_bias: !this.spec.biased.includes(cell) }[control.idle]); }

  said(control, value) {
    const text = control.options ? control.labels[control.options.indexOf(value)] : control.format ? formatValue(value, control.format) : brief(value);
    return fillTemplate(this.spec.short[control.name], () => text);
  }

  tab({ letter, label }, k) {
    const tab = Object.assign(document.createElement("button"), { type: "button", className: `play-tab play-run${k}` });
    tab.dataset.run = k;
    tab.setAttribute("aria-pressed", k === this.at);
    tab.innerHTML = `<svg viewBox="0 0 28 4" aria-hidden="true"><path d="M0 2H28" class="play-dash${k}"/></svg><b></b> <span></span>`;
    tab.querySelector("b").textContent = letter;
    tab.querySelector("span").textContent = label;
    return tab;
  }

  onInput({ target }) {
    const control = this.control(target.name);
    const value = control && kinds[control.kind].read(control, target, this);
    if (value === undefined || value === this.values[control.name]) return;
    if (control.name === "text" && encoded(value, this.spec).kinds < 2) {
      kinds.longtext.say(control, target, this.tell("text_alike", control));
      return;
    }
    this.values[control.name] = value;
    const { shortest } = this.spec.tasks[this.values.task];
    if (this.values.length < shortest) this.controls = { length: shortest };     // the task has none that are shorter
    this.nameRuns();
    this.renew(this.shown, REST_MS);
  }

  // -------- training

  connect() { this.send ??= (this.link(), this.send); }
  link() {
    this.send = connect((message) => this.receive(message));
    for (const run of this.runs) this.send(this.order(run));
  }

  // What the trainer has to know to begin a run.
  order(run) {
    const { id, settings } = run;
    run.began = { ...settings };
    const { cell, task, hidden, text, length } = settings, { controls, bound, probe } = this.spec, numbers = {};
    for (const c of controls) numbers[c.name] = c.options ? c.options.indexOf(settings[c.name]) : settings[c.name];
    const { codes, signs } = task === "text" ? encoded(text, this.spec) : { codes: [] };
    run.signs = signs;
    return { act: "start", id, name: `${cell}-${task}-${hidden}`, task: `task-${task}`, length, bits: this.wanted, numbers: { ...numbers, count: codes.length }, codes, bound, probe };
  }

  drop({ id }) { this.send?.({ act: "drop", id }); }

  // The run begins anew, once its controls rest; what it has shown stays in sight, faint.
  renew(run, wait = 0) {
    this.note("");
    this.drop(run);
    const same = ["task", "text"].every((name) => run.began?.[name] === run.settings[name]);
    run.before = same && run.steps > WORTH ? run.loss.values.slice() : same ? run.before : null;
    run.renew();
    run.saved = false;
    if (this.spec.controls.some(({ name }) => run.began?.[name] !== run.settings[name])) run.name = undefined;   // a story's
    this.request();
    this.pending.add(run);
    clearTimeout(this.waiting);
    if (wait) this.waiting = setTimeout(() => this.settle(), wait); else this.settle();
  }

  // Begins what waits for its controls to rest.
  settle() {
    clearTimeout(this.waiting);
    if (!this.pending.size) return;
    this.begin(...[...this.pending].filter((run) => this.runs.includes(run)));
    this.pending.clear();
    if (this.playing) this.play();
  }

  begin(...runs) {
    this.connect();
    for (const run of runs) this.send(this.order(run));
    this.rest();
  }

  play(until = this.goal) {
    this.connect();
    this.settle();
    for (const run of this.runs) if (run.saved) { run.saved = false; this.send({ act: "drop", id: run.id }); run.renew(); this.send(this.order(run)); }
    if (this.runs.every((run) => run.over(until))) return;
    this.goal_now = until;
    this.send({ act: "play", until, rate: +this.querySelector('[name="speed"]').value, turn: ++this.turn });
    this.set(true);
    this.counted = { at: performance.now(), steps: this.steps };
  }

  get goal() { return this.until && this.steps < this.until ? this.until : this.spec.limit; }
  get steps() { return Math.max(...this.runs.map((run) => run.steps)); }

  pause() {
    if (!this.playing) return;
    this.send({ act: "pause", turn: ++this.turn });
    this.set(false);
    this.rest();
  }

  set(playing) {
    this.playing = playing;
    const button = this.querySelector('[data-act="play"]');
    button.setAttribute("aria-pressed", playing);
    button.querySelector("span").textContent = this.spec.words[playing ? "pause" : "play"];
    this.toggleAttribute("playing", playing);
    if (!playing) this.speed = 0;
  }

  receive({ runs = [], playing, turn, failed, bits }) {
    if (failed) this.fail(failed);
    if (bits) this.bits = bits;
    for (const report of runs) {
      const run = this.runs.find(({ id, saved }) => id === report.id && !saved);
      if (run) this.take(report, run);
    }
    if (playing === false && turn === this.turn && this.playing) {
      this.set(false);
      this.rest();
      this.finished = true;
    }
    this.request();
  }

  take({ loss, norm, look, stop, levels }, run) {
    if (levels) run.levels = levels;
    run.loss.append(loss);
    run.norm.append(norm);
    run.look = look ?? run.look;
    if (stop && !run.stop) { run.stop = stop; this.warn(run); }
  }

  // What happened to a run that diverged, and what to try.
  warn(run) {
    const { words } = this.spec, { step, loss, norm } = run.stop, number = (value) => (Number.isFinite(value) ? formatValue(value) : words.no_number);
    const cures = run.settings.clip === "off" ? ["clip", "slower"] : ["slower"];
    this.show(this.runs.indexOf(run));
    this.note(this.tell("diverged", { run: run.letter, step, loss: number(loss), norm: number(norm) }), cures);
  }

  cure(how) {
    this.controls = how === "clip" ? { clip: "norm", threshold: 1 } : { rate: Math.max(this.control("rate").min, +(this.values.rate / 10).toPrecision(2)) };
    this.play();
  }

  fail({ file, message }) {
    this.pause();
    this.setAttribute("error", message);
    this.note(this.tell("stopped", { reason: file ? this.tell("not_loaded", { file }) : message }));
    console.error("playground:", message);
  }

  note(text, cures = []) {
    const note = this.part("note");
    note.hidden = !text;
    note.querySelector("p").textContent = text;
    for (const button of note.querySelectorAll("[data-cure]")) button.hidden = !cures.includes(button.dataset.cure);
    if (text) this.say = text;
  }

  // -------- buttons

  onClick(button) {
    const { act, run, cure } = button?.dataset ?? {};
    if (run) { this.show(+run); this.querySelector(`[data-run="${run}"]`).focus(); this.rest(); }
    else if (cure) this.cure(cure);
    else if (act) this.acts[act](button);
    for (const folded of this.querySelectorAll(".play-save[open]")) if (button && folded.contains(button)) folded.open = false;
  }

  acts = {
    play: () => { if (this.playing) { this.pause(); this.say = this.tell("paused", { steps: this.steps }); } else this.play(); },
    step: () => { this.pause(); this.play(this.shown.saved ? 1 : this.steps + 1); },
    reset: () => { this.reset(); },
    add: () => { this.add(); },
    remove: () => { this.remove(); },
    link: (button) => this.exports.link(button),
    json: () => this.exports.json(),
    svg: () => this.exports.svg(),
    png: () => this.exports.png(),
    python: () => this.exports.python(),
    copy: (button) => this.exports.copy(button),
    close: (button) => button.closest("dialog").close(),
  };

  reset() {
    this.pause();
    this.until = null;
    for (const run of this.runs) this.renew(run);
    this.say = this.spec.words.was_reset;
  }

  // Another run, chosen as the one that is shown; both begin at step 0 when it has something of its own.
  add() {
    const run = new Run({ ...this.values });
    this.runs.push(run);
    this.show(this.runs.length - 1);
    this.begin(run);
    this.querySelector(`[data-run="${this.at}"]`).focus();
  }

  remove() {
    this.drop(this.shown);
    this.runs.splice(this.at, 1);
    this.show(Math.max(0, this.at - 1));
    this.querySelector(`[data-run="${this.at}"]`).focus();
    this.rest();
  }

  // -------- the address

  address() {
    const at = this.runs[0].saved ? 0 : this.steps, shown = this.at && LETTERS[this.at].toLowerCase();
    const query = written(this.spec.controls, this.runs, { shown, at, bits: this.wanted }).map(([key, text]) => `${key}=${encodeURIComponent(text)}`);
    return this.spec.name + (query.length ? `?${query.join("&")}` : "");
  }

  restore(pairs) {
    const { runs, rest, refused } = read(this.spec.controls, pairs, { shown: "", at: "", bits: "" }, this.spec.most);
    this.wanted = rest.bits === "64" ? 64 : 0;      // in double precision, as NumPy; else what is fastest
    this.lay(runs, Math.max(0, LETTERS.indexOf((rest.shown ?? "a").toUpperCase())));
    const at = Math.min(this.spec.limit, Math.trunc(+rest.at) || 0);
    if (at > 0) { this.restored = at; this.send({ act: "play", until: at, rate: 0, turn: ++this.turn }); this.set(true); }
    if (!refused.length) return;
    const problems = refused.slice(0, 3).map(([label, text, key, values]) => this.explain({ label: brief(label) }, [key, { ...values, value: brief(text) }]));
    this.note(this.tell("link_refused", { problems: problems.join(" ") }));
  }

  rest() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => { if (!this.playing) writeHash([this]); }, REST_MS);
  }

  // -------- drawing

  request() { this.frame ||= requestAnimationFrame(() => this.draw()); }

  draw() {
    this.frame = 0;
    const { runs, shown, spec } = this, { clip, threshold } = shown.settings;
    this.plots.draw(runs, { until: this.until, levels: this.levels(), limit: clip === "norm" ? threshold : NaN });
    if (shown.look?.x) this.look.draw(shown.look, shown.settings, shown.signs);
    this.count();
    if (this.finished) {
      this.finished = false;
      this.stories.finished();
      if (this.goal_now !== this.steps || this.steps === spec.limit) this.say = this.tell("paused", { steps: this.steps });
    }
    afterPaint(() => this.dispatchEvent(new CustomEvent("live-playground:painted", { bubbles: true })));
  }

  // The baselines of all tasks that are trained, each once.
  levels() {
    const found = new Map();
    const add = (text, value) => found.set(`${text} ${value}`, [text, value]);
    for (const { settings: { task, length }, levels } of this.runs) {
      for (const [text, losses] of Object.entries(this.spec.tasks[task].baselines)) add(text, losses[length] ?? losses);
      if (task === "text" && levels) levels.forEach((value, k) => add(this.spec.of_text[k], value));
    }
    return [...found.values()].slice(0, this.spec.baselines);
  }

  // How far it is, how fast, and what has come of it.
  count() {
    const { shown, steps, counted, playing } = this, now = performance.now();
    if (playing && counted && now - counted.at > RATE_MS) {
      this.speed = 1000 * (steps - counted.steps) / (now - counted.at);
      this.counted = { at: now, steps };
    }
    const key = shown.saved ? "saved" : !shown.steps ? "untrained" : playing && this.speed ? "counted_at" : "counted";
    this.part("count").textContent = this.tell(key, { steps: shown.steps, loss: shown.loss.last, speed: this.speed });
  }
}

if (!customElements.get("live-playground")) {
  addEventListener("hashchange", () => followHash(document.querySelectorAll("live-playground"), false));
  customElements.define("live-playground", LivePlayground);
}

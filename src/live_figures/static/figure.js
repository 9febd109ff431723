// <live-figure>: controls that move, a program that computes, a drawing and words that follow.
import { copyText, readHash, returning, writeHash } from "./address.js";
import { Chart } from "./chart.js";
import { kinds, refuse } from "./controls.js";
import { applyBinding, readBindings } from "./diagram.js";
import { Lazy, figures } from "./element.js";
import { fillTemplate } from "./numbers.js";
import { afterPaint, fetchPart } from "./page.js";
import { Player } from "./play.js";
import { Program } from "./program.js";

const REST_MS = 150;          // a control that has not moved for so long is at rest
const brief = (text) => text.replace(/(.{40}).+/s, "$1…");   // a link may hold anything

export class LiveFigure extends Lazy {
  prepare() {
    const { controls, name } = this.spec;
    this.inputs = new Map(controls.map((c) => [c.name, this.querySelector(`[name="${c.name}"]:not(live-figure)`)]));
    this.values = this.starts();
    this.drawing = [...this.querySelectorAll("[data-live]")].flatMap(readBindings);
    this.readout = this.querySelector(".live-readout");
    this.player = new Player();
    this.parts = [...controls, ...this.spec.views ?? []].flatMap((c) => kinds[c.kind].attach?.(this, c) ?? []);
    this.oninput = (event) => this.onInput(event);
    this.onkeydown = this.onpointerdown = (event) => { this.keyed = event.type === "keydown"; };
    this.onclick = (event) => this.onClick(event.target.closest("button"));
    const wanted = readHash().get(name);
    if (wanted) {
      this.restore(wanted);
      if (!returning()) requestAnimationFrame(() => this.scrollIntoView());
    }
  }

  // -------- controls

  starts() { return Object.fromEntries(this.spec.controls.map((c) => [c.name, c.start])); }
  control(name) { return this.spec.controls.find((c) => c.name === name); }

  get controls() { return { ...this.values }; }
  set controls(given) {
    refuse(this, given);
    for (const [name, value] of Object.entries(given)) { this.values[name] = value; this.show(name); }
    this.changed();
  }

  explain({ label }, [key, values]) { return this.tell(key, { label, ...values }); }

  show(name) {
    const control = this.control(name);
    kinds[control.kind].show(control, this.inputs.get(name), this.values[name]);
  }

  onInput({ target }) {
    const control = this.control(target.name);
    const value = control && kinds[control.kind].read(control, target, this);
    if (value === undefined) return;
    this.values[control.name] = value;
    this.changed();
  }

  // -------- state in the address

  address() {
    const query = this.moved().flatMap(([c, text]) => (text === null ? [] : `${c.name}=${encodeURIComponent(text)}`)).join("&");
    return this.spec.name + (query && "?" + query);
  }

  // The controls that do not stand where they started, each with its text in the address.
  moved() {
    return this.spec.controls.filter((c) => this.values[c.name] !== c.start)
      .map((c) => [c, (kinds[c.kind].write ?? String)(this.values[c.name])]);
  }

  restore(pairs) {
    const given = this.starts(), refused = [];
    for (const [name, text] of pairs) {
      const control = this.control(name), { problem, parse = String } = kinds[control?.kind] ?? {};
      const value = control && parse(text, control), [key, values] = control ? problem(control, value) : ["no_control"];
      if (key) refused.push(this.explain({ label: brief(name), ...control }, [key, { ...values, value: brief(text) }]));
      else given[name] = value;
    }
    this.controls = given;
    if (refused.length) this.note(this.tell("link_refused", { problems: refused.slice(0, 3).join(" ") }));
  }

  // -------- buttons

  onClick(button) {
    const { act, play } = button?.dataset ?? {};
    if (play) this.playSlider(button, this.control(play));
    else if (act === "reset") this.reset();
    else if (act === "link") this.copyLink(button);
    else if (act === "step") { this.player.stop(); this.advance(); }
    else if (act === "restart") this.restart();
    else if (act === "play") this.playSteps(button);
    else if (act === "zoom") this.zoom(button);
  }

  reset() {
    this.player.stop();
    this.controls = this.starts();
    if (this.spec.memory) this.restart();
    this.zoomOut();
  }

  async copyLink(button) {
    await copyText(button, location.href.split("#")[0] + "#" + this.address(), this.tell("copied"), this.tell("link_by_hand"));
    const left = this.moved().filter(([, text]) => text === null).map(([c]) => c.label);
    if (left.length) this.note(this.tell("link_too_long", { labels: left.join(", ") }));
    this.say.textContent = this.tell("link_copied");
  }

  // The slider walks to its end; at its end it starts again.
  playSlider(button, { name, min, max, step, play }) {
    if (!this.player.button && this.values[name] >= max) this.values[name] = min - step;
    this.player.toggle(button, 1000 / play, () => {
      const next = +(this.values[name] + step).toFixed(9);
      if (next > max) { this.player.stop(); return; }
      this.values[name] = next;
      this.show(name);
      this.changed();
    });
  }

  playSteps(button) {
    const { rate } = this.spec;
    this.player.toggle(button, 1000 / rate, (elapsed) => this.advance(Math.max(1, Math.round(rate * elapsed / 1000))));
  }

  // -------- computing

  get arrays() { return this.program.arrays; }

  async start() {
    const { name } = this.spec;
    const module = await fetchPart("LiveModules", name, `figures/${name}.js`);
    const consts = module.consts ?? await fetchPart("LiveWeights", name, `figures/${name}.weights.js`);
    this.program = new Program(module, consts);
    this.compute();
    this.parts.forEach((part) => part.draw());
    if (this.spec.chart) this.chart = new Chart(this.plot, this.spec, this.program);
    this.watch();
    this.drawWords();
    this.speak();
    this.dispatch();
  }

  changed() {
    this.note("");
    if (!this.program) this.load();
    else if (!this.spec.memory) this.request();
    else if (this.key() !== this.program.key) this.restart();
    else { this.parts.forEach((part) => part.draw([])); this.drawWords(); this.rest(); }   // it counts from the next step on
  }

  advance(steps = 1) { this.steps = steps; this.request(); }
  restart() { if (this.program) { this.program.state = null; this.advance(); } }

  request() {
    if (!this.frame) this.frame = requestAnimationFrame(() => this.update());
  }

  // The variant of the program: what the controls say that have no array.
  key() {
    return JSON.stringify(this.spec.controls.filter((c) => !kinds[c.kind].array).map((c) => this.values[c.name]));
  }

  compute() {
    const inputs = {};
    for (const c of this.spec.controls) inputs[c.name] = kinds[c.kind].array?.(c, this.values[c.name]);
    return this.program.run(this.key(), inputs, this.steps);
  }

  update() {
    this.frame = 0;
    try {
      const changed = this.compute();
      this.parts.forEach((part) => part.draw(changed));
      this.zoomOut();
      this.chart?.follow(changed);
      this.drawWords();
      if (this.hasAttribute("error")) { this.removeAttribute("error"); this.note(""); }
    } catch (error) {
      this.player.stop();
      this.fail(error);
    }
    this.dispatch();
    this.rest();
  }

  dispatch() { afterPaint(() => this.dispatchEvent(new CustomEvent("live-figure:painted", { bubbles: true }))); }

  rest() {
    const heard = this.say.textContent;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      if (this.say.textContent === heard) this.speak();   // not over what the keys have found meanwhile
      if (this.readout) this.holdRoom(this.readout);
      writeHash(figures);
    }, REST_MS);
  }

  // -------- drawing

  themeChanged() {
    super.themeChanged();
    this.chart?.themeChanged();
    if (this.program) this.parts.forEach((part) => part.draw());
  }

  // A number of a readout or mark: an array's, else a control's (a choice by its label).
  number(reference) {
    if (reference in this.arrays || !(reference in this.values)) return this.program.refer(reference).view[0];
    const { options, labels } = this.control(reference), value = this.values[reference];
    return options ? labels[options.indexOf(value)] : value;
  }

  drawWords() {
    const get = (reference) => this.number(reference);
    for (const binding of this.drawing) applyBinding(binding, get(binding.reference));
    for (const { name, idle } of this.spec.controls) if (idle) this.inputs.get(name).disabled = get(idle) > 0;   // it moves nothing now
    const { readout } = this.spec, said = readout.find?.(([met]) => !met || get(met) > 0)[1] ?? readout;   // one sentence or several
    if (this.readout) this.readout.textContent = fillTemplate(said, get);
  }

  // The sentence keeps the lines it once had at this width: what stands below is not to go up and down with it.
  holdRoom({ style, offsetWidth: width }) {
    if (width !== this.wide) style.minHeight = "";
    this.wide = width;
    style.minHeight = `${this.readout.offsetHeight}px`;
  }

  // What a screen reader hears: once a control rests, not at every step of the way.
  speak() {
    const text = this.readout?.textContent ?? "";
    if (this.say.textContent !== text && this.hasAttribute("ready")) this.say.textContent = text;
  }
}

// What ties a figure to the model of its widget: the controls, both ways; what the kernel asks for; what the page asks for.

const SEND_MS = 60;           // no more often than this does the kernel hear of a control that moves
const STILL_MS = 150;         // a figure with memory that has not moved for so long is at rest
const SILENT_MS = 10_000;     // a kernel that has said nothing for so long is busy, or gone
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
// Hosts without a kernel throw where a model has nothing to do.
const attempt = (act) => { try { return act(); } catch { return undefined; } };

export class Tie {
  constructor(model, figure) {
    Object.assign(this, { model, figure, agreed: {} });
    this.heard = { "change:controls": () => this.receive(), "msg:custom": (content, buffers) => this.obey(content, buffers) };
    for (const name in this.heard) model.on(name, this.heard[name]);
  }

  cut() {
    clearTimeout(this.sending);
    clearTimeout(this.resting);
    for (const name in this.heard) attempt(() => this.model.off(name, this.heard[name]));
  }

  // What the kernel, or another view of the widget, has set since both last agreed; what the reader moves meanwhile stays.
  receive() {
    const { figure, agreed } = this, wanted = this.model.get("controls") ?? {};
    if (!figure.spec) return;                 // it begins once it is in a document, and asks then
    const fresh = Object.entries(wanted).filter(([name, value]) => !same(value, agreed[name]));
    this.agreed = { ...figure.controls, ...agreed, ...wanted };
    const moved = fresh.filter(([name, value]) => !same(value, figure.controls[name]));
    if (moved.length) figure.controls = Object.fromEntries(moved);
  }

  moved() { this.sending ??= setTimeout(() => this.send(), SEND_MS); }

  send() {
    const { controls } = this.figure;
    this.sending = undefined;
    if (same(controls, this.agreed)) return;
    this.agreed = controls;
    this.model.set("controls", controls);
    attempt(() => this.model.save_changes());
  }

  // The arrays of a figure with memory, which the kernel cannot compute.
  rested() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      const { arrays, module, key } = this.figure.program, names = Object.keys(arrays);
      const buffers = names.map((name) => Float64Array.from(arrays[name]).buffer);
      attempt(() => this.model.send({ arrays: names.map((name) => [name, module.shapes[key][name]]) }, undefined, buffers));
    }, STILL_MS);
  }

  obey({ act, steps }, buffers) {
    if (act === "step") this.figure.advance(steps);
    else if (act === "restart") this.figure.restart();
    else if (act === "zoom") this.zoom?.(buffers[0]);
  }

  // The script that zooms, which the kernel sends to who asks.
  askZoom() {
    return new Promise((done, fail) => {
      this.zoom = done;
      setTimeout(() => fail(new Error(this.figure.tell("no_kernel"))), SILENT_MS);
      this.model.send({ ask: "zoom" });
    });
  }
}

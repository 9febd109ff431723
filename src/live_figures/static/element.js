// What <live-figure> and <live-plot> have in common: they start when they come near, show values, zoom, and say what went wrong.
import { CrossHair } from "./cross.js";
import { fillTemplate } from "./numbers.js";
import { loadZoom } from "./page.js";

export const figures = new Set();    // every <live-figure> and <live-plot> on the page, in document order

// Starts when it has been read, to its end, and comes near the viewport. What follows it in the document may still be missing.
export class Lazy extends HTMLElement {
  connectedCallback() {
    if (this.spec) return;
    if (this.nextSibling || document.readyState !== "loading") this.begin();
    else addEventListener("DOMContentLoaded", () => this.begin());
  }

  begin() {
    this.spec = JSON.parse(this.querySelector("script.live-spec").textContent);
    this.stage = this.querySelector(".live-stage");
    figures.add(this);
    this.prepare?.();
    new IntersectionObserver((entries, observer) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      observer.disconnect();
      this.load();
    }, { rootMargin: "300px" }).observe(this);
  }

  load() {
    return this.loaded ??= this.start().then(() => this.setAttribute("ready", ""), (error) => this.fail(error));
  }

  fail(error) {
    const message = this.tell("stopped", { reason: this.reason(error) });
    this.setAttribute("error", message);
    this.note(message);
    console.error(`live figure ${this.spec.name ?? ""}:`, error);
  }

  reason(error) { return error.file ? this.tell("not_loaded", error) : error.message; }

  // A sentence of the page's words with its values; the declaration's side lists them in live_figures/words.py.
  tell(key, values = {}) { return fillTemplate(this.spec.words[key], (name) => String(values[name])); }

  // What a reader should know; it goes with the next move, save for an error, which stays until it is mended.
  note(text) {
    if (!text && this.hasAttribute("error")) return;
    this.noteElement?.remove();
    if (text) this.stage.before(this.noteElement = Object.assign(document.createElement("p"), { className: "live-note", role: "alert", textContent: text }));
  }

  get plot() { return this.querySelector(".live-plot"); }
  get say() { return this.querySelector(".live-say"); }
  watch() { if (this.plot) this.hair = new CrossHair(this.plot, (text) => { this.say.textContent = text; }, this.chart); }

  // plotly.js, over the drawing: asked for by a button, gone with the next move.
  async zoom(button) {
    if (this.zoomed) { this.zoomOut(); return; }
    const mine = this.zoomed = { button };       // until the next move, which may come before all is loaded
    button.ariaPressed = "true";
    try {
      if (!self.LiveZoom) await loadZoom();
      mine.undo = await self.LiveZoom(this.plot, this.spec, this.program);
      if (this.zoomed !== mine) mine.undo();
    } catch (error) {
      if (this.zoomed === mine) this.zoomOut();
      this.note(this.reason(error));
    }
  }

  zoomOut() {
    this.hair?.hide();
    if (!this.zoomed) return;
    this.zoomed.button.ariaPressed = "false";
    this.zoomed.undo?.();
    this.zoomed = null;
  }

  themeChanged() { this.zoomOut(); }
}

// A plot that does not move: its drawing is in the page.
export class LivePlot extends Lazy {
  async start() {
    this.watch();
    this.onclick = (event) => { const button = event.target.closest("[data-act]"); if (button) this.zoom(button); };
  }
}

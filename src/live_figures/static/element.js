// What <live-figure> and <live-plot> have in common: they start when they come near, and say what went wrong.
import { Plot } from "./drawing.js";
import { fillTemplate } from "./numbers.js";

export const figures = new Set();    // every <live-figure> and <live-plot> on the page, in document order

// Starts when the document around it has been read and it comes near the viewport.
export class Lazy extends HTMLElement {
  connectedCallback() {
    if (this.spec) return;
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => this.begin(), { once: true });
    else this.begin();
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
    const message = this.tell("stopped", { reason: error.file ? this.tell("not_loaded", error) : error.message });
    this.setAttribute("error", message);
    this.note(message);
    console.error(`live figure ${this.spec.name ?? ""}:`, error);
  }

  // A sentence of the page's words with its values; the declaration's side lists them in live_figures/words.py.
  tell(key, values = {}) { return fillTemplate(this.spec.words[key], (name) => String(values[name])); }

  note(text) {
    this.noteElement ??= Object.assign(document.createElement("p"), { className: "live-note" });
    this.noteElement.setAttribute("role", "alert");
    this.noteElement.textContent = text;
    if (text) this.stage.before(this.noteElement); else this.noteElement.remove();
  }

  makePlot() {
    const host = this.querySelector(".live-plot");
    if (host) this.plot = new Plot(host, this.spec.plot, this.spec.dark);
  }

  themeChanged() { if (this.plot?.gd) this.plot.draw(); }
}

export class LivePlot extends Lazy {
  async start() { this.makePlot(); await this.plot.draw(); }
}

// The runtime of live figures in notebooks, and on other pages that show anywidgets: the page's own element, which is
// handed its program, follows the theme around it, and is tied to the model of its widget. The theme comes first: the
// page's runtime takes it for given.
import { followTheme, leaveTheme } from "./ambient.js";
import { Tie } from "./tie.js";
import { figures } from "./element.js";
import { LiveFigure } from "./figure.js";

class ShownFigure extends LiveFigure {
  connectedCallback() {
    if (!this.model) return;                   // `LiveShown` has not come to it yet
    this.dress();
    this.hideStill(true);
    super.connectedCallback();
  }

  disconnectedCallback() { this.player?.stop(); }

  prepare() {
    figures.delete(this);                      // the address of a notebook is its own
    super.prepare();
    this.tie.receive();
  }

  // Its own program, put where `super.start` takes it from in this very turn.
  async start() {
    const module = await this.module;
    (self.LiveModules ??= {})[this.spec.name] = module;
    return super.start();
  }

  changed() {
    super.changed();
    this.tie.moved();
  }

  rest() {
    super.rest();
    if (this.spec.memory && this.program) this.tie.rested();
  }

  // The style sheet, in the document or shadow root in which the figure stands.
  dress() {
    const root = this.getRootNode();
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  }

  // The picture that stands for the figure where nothing runs is an output of its own, somewhere before this one.
  hideStill(hidden) {
    const mark = `[data-live-still="${this.token}"]`;
    for (let around = this; this.token && around && !this.still; around = around.parentElement)
      if (around.previousElementSibling?.querySelector(mark)) this.still = around.previousElementSibling;
    if (this.still) this.still.style.display = hidden ? "none" : "";
  }
}

figures.add({ address: () => location.hash.slice(1) });     // so that writeHash leaves the address as it is
if (!customElements.get("live-figure")) customElements.define("live-figure", ShownFigure);

// plotly.js comes from the kernel when a reader first zooms, and puts the function that draws in the place of this one.
self.LiveZoom ??= async (host, ...given) => {
  const { tie, zoomBy } = host.closest("live-figure");
  await zoomBy(await tie.askZoom());
  return self.LiveZoom(host, ...given);
};

// Keys belong to what has the focus in a figure, not to the notebook around it: JupyterLab looks for a mark on the
// element, others hear what comes up from it. Saving and running a cell stay the notebook's.
const ofNotebook = ({ key, ctrlKey, metaKey, shiftKey }) =>
  (key === "Enter" && (shiftKey || ctrlKey || metaKey)) || (key === "s" && (ctrlKey || metaKey));
const mark = ({ target }) => target.setAttribute("data-lm-suppress-shortcuts", "true");
const keepKeys = (el) => {
  el.addEventListener("focusin", mark);
  el.addEventListener("keydown", (event) => {
    if (!ofNotebook(event)) { event.stopPropagation(); return; }
    event.target.removeAttribute("data-lm-suppress-shortcuts");
    setTimeout(() => mark(event));
  });
};

const sheet = new CSSStyleSheet();             // one for all figures of the page

// Shows a figure in `el`; what this returns takes it away again.
self.LiveShown = ({ model, el, css, html, module, token, zoom }) => {
  if (!sheet.cssRules.length) sheet.replaceSync(css);
  el.classList.add("live-host");
  el.classList.toggle("live-alone", !zoom);
  el.innerHTML = html;
  const figure = el.querySelector("live-figure");
  customElements.upgrade(figure);
  figure.removeAttribute("id");                // a figure may be shown many times on a page
  Object.assign(figure, { model, module, token, zoomBy: zoom, tie: new Tie(model, figure) });
  keepKeys(el);
  followTheme(el, () => figure.spec && figure.themeChanged());
  if (figure.isConnected) figure.connectedCallback();
  return () => {
    figure.tie.cut();
    figure.hideStill(false);
    leaveTheme(el);
  };
};

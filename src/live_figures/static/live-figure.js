// The runtime of live figures: <live-figure> and <live-plot>, which live_figures/page.py writes.
//
// A figure's mathematics is in its module, recorded from Python; nothing here computes. A control moves -> one run of
// the module in the next frame -> what changed is drawn.
import { followHash } from "./address.js";
import { LivePlot, figures } from "./element.js";
import { LiveFigure } from "./figure.js";
import { page } from "./page.js";

if (!customElements.get("live-figure")) {
  const themeChanged = () => figures.forEach((figure) => figure.themeChanged());
  new MutationObserver(themeChanged).observe(page, { attributes: true, attributeFilter: ["data-theme"] });
  let clicked = false;
  addEventListener("click", (event) => { clicked = !!event.target.closest?.("a[href*='#']"); }, true);
  addEventListener("hashchange", () => { followHash(figures, clicked); clicked = false; });
  customElements.define("live-plot", LivePlot);
  customElements.define("live-figure", LiveFigure);
}

// Drawings that Python sends anew while it computes, beside a button that ends the computation: the other half of watch.py.
import { followTheme, leaveTheme } from "./ambient.js";

const PARTS = `<div class="live live-watch" ready>
<div class="live-watch-head"><button type="button"></button><p class="live-watch-progress"></p><p role="status"></p></div>
<div class="live-watch-drawings" role="img"></div></div>`;

const render = ({ model, el }) => {
  el.classList.add("live-host");
  el.innerHTML = PARTS;
  const [button, progress, said, drawings] = el.querySelectorAll("button, p, [role=img]");
  const show = {
    button: (word) => { button.textContent = word; },
    enabled: (enabled) => { button.disabled = !enabled; },
    progress: (text) => { progress.textContent = text; },
    said: (text) => { said.textContent = text; },
    alt: (text) => drawings.setAttribute("aria-label", text),
    drawings: (html) => { drawings.innerHTML = html; },
  };
  const hear = Object.entries(show).map(([name, write]) => [`change:${name}`, () => write(model.get(name))]);
  for (const [event, write] of hear) {
    model.on(event, write);
    write();
  }
  button.onclick = () => {
    button.disabled = true;                      // seen to be pressed, before the kernel comes to it
    model.send({ pressed: true });
  };
  button.dataset.lmSuppressShortcuts = "true";   // Enter and Space press it, and are no commands of JupyterLab
  button.onkeydown = (event) => event.stopPropagation();
  followTheme(el, () => {});                     // the style sheet does the rest
  return () => {
    leaveTheme(el);
    for (const [event, write] of hear) model.off(event, write);
  };
};

self.LiveWatch = { render };

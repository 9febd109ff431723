// Light or dark, as the notebook or the page around a figure says it.

const topmost = document.documentElement;
const theirs = topmost.dataset.theme;     // a page that says it by the attribute which the runtime reads
const system = matchMedia("(prefers-color-scheme: dark)");
const followers = new Map();           // element around a figure -> what to do when the theme has changed

// Whether this element has a dark ground of its own; undefined where another shines through.
const darkGround = (element) => {
  const [r, g, b, opaque = 1] = getComputedStyle(element).backgroundColor.match(/[\d.]+/g).map(Number);
  return opaque < 0.5 ? undefined : 0.21 * r + 0.72 * g + 0.07 * b < 128;
};

// JupyterLab says it on the body, Colab on the root, VS Code and others by a class; else the ground tells.
const darkAround = () => {
  const { body } = document, said = theirs ? topmost.dataset.theme : body.dataset.jpThemeLight ?? topmost.getAttribute("theme");
  if (said) return said === "false" || said === "dark";
  const word = /(?:^|[\s-])(dark|light)\b|(high-contrast)(?!-light)/.exec(`${topmost.className} ${body.className}`);
  if (word) return word[1] !== "light";
  return darkGround(body) ?? darkGround(topmost) ?? (system.matches && getComputedStyle(topmost).colorScheme.includes("dark"));
};

let theme;
const look = () => {
  const now = darkAround() ? "dark" : "light", before = theme;
  theme = now;
  if (!theirs) topmost.dataset.theme = theme;
  for (const [host, changed] of followers) {
    host.dataset.theme = theme;
    if (before !== theme) changed();
  }
};
look();
const watch = new MutationObserver(look);
const attributeFilter = ["class", "style", "theme", "data-jp-theme-light", ...theirs ? ["data-theme"] : []];
for (const element of [topmost, document.body]) watch.observe(element, { attributes: true, attributeFilter });
system.addEventListener("change", look);

// Keeps `host` in the theme around it, and runs `changed` whenever that is another.
export const followTheme = (host, changed) => {
  host.dataset.theme = theme;
  followers.set(host, changed);
};
export const leaveTheme = (host) => followers.delete(host);

// The page around the figures: its theme, its scripts, its frames.

const root = (document.currentScript?.src ?? "").replace(/[^/]*$/, "");   // the folder of this script
export const page = document.documentElement;
export const reduced = matchMedia("(prefers-reduced-motion: reduce)");

export const isDark = () => page.dataset.theme === "dark";
if (!page.dataset.theme) {    // a document of its own, without the book's theme: follow the system
  const systemDark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => { page.dataset.theme = systemDark.matches ? "dark" : "light"; };
  systemDark.addEventListener("change", follow);
  follow();
}

const loading = new Map();
const loadScript = (path) => {
  if (!loading.has(path)) {
    loading.set(path, new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = root + path;
      script.onload = done;
      script.onerror = () => { loading.delete(path); failed(Object.assign(new Error(path), { file: path })); };
      document.head.append(script);
    }));
  }
  return loading.get(path);
};
// What the script at `path` puts under `name` into the global table `table`.
export const fetchPart = async (table, name, path) => {
  const part = () => self[table]?.[name];
  if (!part()) await loadScript(path);
  if (!part()) throw new Error(`${path} holds no ${name}`);
  return part();
};
export const loadZoom = () => Promise.all(["plotly.min.js", "live-zoom.js"].map(loadScript));

// Runs `then` once the frame that is being made has been put on screen.
export const afterPaint = (then) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => { port1.close(); then(); };
  port2.postMessage(0);
};

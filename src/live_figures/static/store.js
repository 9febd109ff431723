// What a reader has done, kept in this browser alone: one item that every page and tab of the site reads and writes,
// { version: 1, exercises: { key: value }, challenges: {...}, tries: {...} }.

const ITEM = "live-progress", VERSION = 1, CHANGED = "live-progress:changed";
export const isTable = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

// Where the browser refuses to store, what is done lasts as long as the page, for all of the page's scripts.
const stored = () => {
  if (globalThis.LiveProgress) return globalThis.LiveProgress;
  try {
    const all = JSON.parse(localStorage.getItem(ITEM));
    return isTable(all) ? all : {};
  } catch { return {}; }  // refused, or no JSON of ours
};
export const tableOf = (all, kind) => (isTable(all[kind]) ? all[kind] : {});

// All that is stored, for an export.
export const everything = () => ({ version: VERSION, ...stored() });

// Puts `all` in the place of what is stored, and tells the page.
export const replaceEverything = (all) => {
  const version = Number.isInteger(all.version) ? all.version : VERSION;
  try {
    localStorage.setItem(ITEM, JSON.stringify({ ...all, version }));
    delete globalThis.LiveProgress;
  } catch { globalThis.LiveProgress = { ...all, version }; }
  document.dispatchEvent(new CustomEvent(CHANGED));
};

// All that is kept of one `kind` ("exercises", "challenges", "tries"), by key.
export const recallAll = (kind) => tableOf(stored(), kind);

// What is kept of `key` among the `kind`, or undefined.
export const recall = (kind, key) => {
  const known = recallAll(kind);
  return Object.hasOwn(known, key) ? known[key] : undefined;
};

// Keeps `value`, or forgets `key` where it is undefined. It reads before it writes, as another tab may have written.
export const remember = (kind, key, value) => {
  const all = stored();
  replaceEverything({ ...all, [kind]: { ...tableOf(all, kind), [key]: value } });
};

// Runs `then` whenever what is kept has changed, here or in another tab, and when the reader comes back to a page.
export const onProgress = (then) => {
  document.addEventListener(CHANGED, () => then());
  addEventListener("storage", (event) => { if (event.key === ITEM || event.key === null) then(); });
  addEventListener("pageshow", (event) => { if (event.persisted) then(); });
};

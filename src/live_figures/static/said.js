// A sentence of the site, filled in: `LiveCourse` stands before live-progress.js on every page.

export const said = (key, values = {}) =>
  globalThis.LiveCourse.words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

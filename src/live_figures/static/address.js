// The address keeps the state of every figure: #name?control=value;name2?control=value.

export const readHash = () => {
  const hash = location.hash.slice(1);
  if (!hash.includes("?")) return new Map();   // an ordinary heading's anchor
  return new Map(hash.split(";").map((part) => {
    const [name, query = ""] = part.split("?");
    return [name, [...new URLSearchParams(query)]];
  }));
};
export const writeHash = (figures) => {
  const parts = [...figures].map((f) => f.address?.()).filter((part) => part?.includes("?"));
  if (!parts.length && !location.hash.includes("?")) return;
  if (location.protocol === "about:") return;  // inside a notebook's iframe there is no address to keep
  history.replaceState(history.state, "", parts.length ? "#" + parts.join(";") : location.pathname + location.search);
};
export const followHash = (figures) => {
  const wanted = readHash();
  let first = true;
  for (const figure of figures) {
    if (!figure.spec.controls || !wanted.has(figure.spec.name)) continue;
    figure.restore(wanted.get(figure.spec.name));
    if (first) figure.scrollIntoView();
    first = false;
  }
};

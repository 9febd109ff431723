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
// Copies a text and says so on the button for a while; clipboards may be forbidden, and the reader still copies by hand.
export const copyText = async (button, text, copied, byHand) => {
  const was = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = copied;
    setTimeout(() => { button.textContent = was; }, 1500);
  } catch { if (byHand) prompt(byHand, text); }
};
// A link, or a new state in the address, goes to its figure; Back to a state that is shown already returns to where the
// reader was, which only the browser knows.
export const returning = () => ["back_forward", "reload"].includes(performance.getEntriesByType("navigation")[0]?.type);
export const followHash = (figures, go) => {
  const wanted = readHash();
  let goal;
  for (const figure of figures) {
    if (!figure.spec.controls || !wanted.has(figure.spec.name)) continue;
    const before = figure.address();
    figure.restore(wanted.get(figure.spec.name));
    if (go || figure.address() !== before) goal ??= figure;
  }
  goal?.scrollIntoView();
};

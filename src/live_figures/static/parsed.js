// Runs `then` when all of the document is there, so that an element finds what stands in it.
export const whenParsed = (then) => {
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", then, { once: true });
  else then();
};

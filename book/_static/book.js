// What keys and fingers need on every page of the book: code that is copied, and boxes that scroll.
(() => {
  const words = document.currentScript.dataset;
  const code = "div.highlight pre";
  const output = ".cell_output";

  // --- code is copied ---

  /** Put `text` where a paste finds it; without the permission, or from an insecure address, it is only selected. */
  async function copy(pre, button) {
    try {
      await navigator.clipboard.writeText(pre.textContent.trimEnd());
      button.textContent = words.copied;
      setTimeout(() => { button.textContent = words.copy; }, 2000);
    } catch {
      getSelection().selectAllChildren(pre);
    }
  }

  function copyButton(pre) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "copy", textContent: words.copy, title: words.keys });
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", () => copy(pre, button));
    pre.after(button);
    return button;
  }

  /** A chapter has eighty of these: one of each part of it is a tab stop, and the arrow keys go on to the others. */
  function oneStopASection(buttons) {
    const group = button => button.closest("details, article > section > section, main"), seen = new Set();
    for (const button of buttons) {
      button.tabIndex = seen.has(group(button)) ? -1 : 0;
      seen.add(group(button));
    }
    const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
    for (const button of buttons) button.addEventListener("keydown", event => {
      if (!(event.key in steps)) return;
      const shown = buttons.filter(other => other.checkVisibility());
      const next = shown[shown.indexOf(button) + steps[event.key]];
      if (!next) return;
      for (const other of buttons) if (group(other) === group(next)) other.tabIndex = other === next ? 0 : -1;
      next.focus();
      event.preventDefault();
    });
  }

  // --- what scrolls sideways is a tab stop, as long as it does ---

  /** Looks at all of them before it changes any, so that the page is laid out once. */
  function reach(boxes) {
    const scrolls = boxes.map(box => box.clientWidth && box.scrollWidth > box.clientWidth + 1);
    boxes.forEach((box, k) => { if (scrolls[k]) box.tabIndex = 0; else box.removeAttribute("tabindex"); });
  }

  // What is far from the reader has not been laid out, and need not be for this.
  document.addEventListener("DOMContentLoaded", () => {
    const boxes = [...document.querySelectorAll("main :is(pre, .formula, .pst-scrollable-table-container)")];
    const sizes = new ResizeObserver(entries => reach(entries.map(entry => entry.target)));
    for (const box of boxes) sizes.observe(box);
    document.fonts.addEventListener("loadingdone", () => reach(boxes.filter(box => box.checkVisibility({ contentVisibilityAuto: true }))));
  });

  document.addEventListener("DOMContentLoaded", () => {
    const blocks = [...document.querySelectorAll(code)].filter(pre => !pre.closest(output));
    oneStopASection(blocks.map(copyButton));
  });
})();

// Words of the text and what a figure draws of the same quantity light each other up.

export class Light {
  constructor(figure, signals) {
    Object.assign(this, { figure, signals, pinned: null });
    this.words = [...document.querySelectorAll(`.live-word[data-word^="${figure.spec.name}."]`)];
    this.nameLines();
    this.words.forEach((word) => this.prepare(word));
    figure.stage.addEventListener("pointerover", ({ target }) => this.point(target.closest("[data-signal]")?.dataset.signal));
    figure.stage.addEventListener("pointerleave", () => this.point());
  }

  // The lines of the plot and their names in its legend.
  nameLines() {
    for (const [name, { line = name }] of Object.entries(this.signals))
      for (const part of this.figure.stage.querySelectorAll("[data-name], .live-legend span"))
        if ([line].flat().includes(part.dataset.name ?? part.textContent)) this.nameParts(part, name);
  }

  // A line with the area under it, which has no name of its own.
  nameParts(line, name) {
    const [trace] = line.dataset.part?.split(".") ?? [];
    for (const part of [line, ...trace ? this.figure.stage.querySelectorAll(`[data-part="${trace}.fill"]`) : []]) part.dataset.signal = name;
  }

  // A word lights up while it is pointed at, and stays lit once it is touched; the first for each signal is a stop of the Tab key.
  prepare(word) {
    const name = this.nameOf(word), first = this.words.find((other) => this.nameOf(other) === name) === word;
    word.style.setProperty("--signal", `var(--live-${this.signals[name].color ?? "ink"})`);
    word.classList.add("on");
    if (first) Object.assign(word, { tabIndex: 0, role: "button", ariaPressed: "false", ariaLabel: this.said(word) });
    word.onpointerenter = word.onfocus = () => this.show(name);
    word.onpointerleave = word.onblur = () => this.show(this.pinned);
    word.onclick = () => this.pin(name);
    word.onkeydown = (event) => {
      if (event.key === "Escape") this.pin(this.pinned);
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.pin(name);
    };
  }

  // The name of a button: its words, and the letters of its formulas, which no reader of names finds in MathML.
  said(word) {
    const copy = word.cloneNode(true);
    for (const part of copy.querySelectorAll("annotation, .katex-html")) part.remove();
    return copy.textContent;
  }

  nameOf({ dataset }) { return dataset.word.split(".")[1]; }

  pin(name) {
    this.pinned = this.pinned === name ? null : name;
    for (const word of this.words) if (word.role) word.ariaPressed = this.nameOf(word) === this.pinned;
    this.show(this.pinned);
  }

  // Lights up what shows this signal and leaves the rest in the dark; all is as it was if there is none.
  show(name) {
    const lit = name ? [name, ...this.signals[name].lights ?? []] : [];
    this.figure.stage.classList.toggle("lit", lit.length > 0);
    for (const part of this.figure.stage.querySelectorAll("[data-signal]")) part.classList.toggle("hot", lit.includes(part.dataset.signal));
    this.point(name);
  }

  point(name) { for (const word of this.words) word.classList.toggle("lit", this.nameOf(word) === name); }
}

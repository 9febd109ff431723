// A pad to draw on: a canvas of one pixel a cell, a soft pen, a cursor for the keys.
import { fillTemplate } from "./numbers.js";
import { clampCell, frame, placeOf, step } from "./surface.js";

const UNDOS = 50;
const SHADES = 15;            // above paper: sixteen in all, one hexadecimal digit
export const shade = (value) => Math.round(value * SHADES);

// Draws from place to place (row, column) with a round pen, in place: ink that lies there stays, or goes if `erase`.
// What the pen leaves falls from 1 to 0 over one cell at its edge.
export const stroke = (cells, [r0, c0], [r1, c1], width, erase) => {
  const length = (r1 - r0) ** 2 + (c1 - c0) ** 2;
  cells.forEach((row, r) => row.forEach((old, c) => {
    const along = length && Math.min(Math.max(((r - r0) * (r1 - r0) + (c - c0) * (c1 - c0)) / length, 0), 1);
    const distance = Math.hypot(r - r0 - along * (r1 - r0), c - c0 - along * (c1 - c0));
    const left = Math.min(Math.max(width / 2 + 0.5 - distance, 0), 1);
    row[c] = shade(erase ? Math.min(old, 1 - left) : Math.max(old, left)) / SHADES;
  }));
};

export class Pad {
  constructor(figure, control, host) {
    Object.assign(this, { figure, control, host, past: [], cursor: [control.rows >> 1, control.columns >> 1] });
    this.surface = host.querySelector(".live-surface");
    this.output = host.querySelector("output");
    this.erase = host.querySelector('[data-pad="erase"]');
    this.undo = host.querySelector('[data-pad="undo"]');
    this.context = host.querySelector("canvas").getContext("2d", { willReadFrequently: true });   // written by the processor alone
    this.image = this.context.createImageData(control.columns, control.rows);
    this.surface.onpointerdown = (event) => this.begin(event);
    this.surface.onpointermove = (event) => this.go(event);
    this.surface.onpointerup = this.surface.onpointercancel = () => { this.last = null; };
    this.surface.onkeydown = (event) => this.onKey(event);
    host.onclick = ({ target }) => this.onButton(target.closest("[data-pad]")?.dataset.pad);
    this.show(control.start);
  }

  get erasing() { return this.erase.getAttribute("aria-pressed") === "true"; }

  show(value) {
    this.cells = value.map((row) => row.map((v) => shade(v) / SHADES));
    this.draw();
  }

  // Ink of the page's own colour on its paper.
  draw() {
    const color = getComputedStyle(this.surface).color.match(/[\d.]+/g).map(Number);
    this.cells.flat().forEach((v, k) => this.image.data.set([...color.slice(0, 3), 255 * v], 4 * k));
    this.context.putImageData(this.image, 0, 0);
    frame(this.surface, this.cursor);
    this.undo.disabled = !this.past.length;
  }

  // -------- drawing

  begin(event) {
    if (event.button || this.last) return;   // the first finger and the main button draw
    this.surface.setPointerCapture(event.pointerId);
    this.remember();
    this.pointer = event.pointerId;
    this.last = placeOf(this.surface, event, this.control);
    this.paint([this.last]);
  }

  go(event) {
    if (!this.last || event.pointerId !== this.pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    this.paint((events.length ? events : [event]).map((e) => placeOf(this.surface, e, this.control)));
  }

  paint(places) {
    for (const place of places) {
      stroke(this.cells, this.last, place, this.control.pen, this.erasing);
      this.last = place;
    }
    this.cursor = clampCell(this.last, this.control);
    this.changed();
  }

  // -------- keys and buttons

  onKey(event) {
    const { key, ctrlKey, metaKey, altKey } = event, next = step(this.cursor, key, this.control);
    if ((ctrlKey || metaKey) && key === "z") this.back();
    else if (ctrlKey || metaKey || altKey) return;
    else if (next) { this.cursor = next; this.draw(); }
    else if (key === " ") this.put(this.erasing ? 0 : 1);
    else if (key === "Delete" || key === "Backspace") this.put(0);
    else return;
    event.preventDefault();
    this.say();
  }

  put(value) {
    const [row, column] = this.cursor;
    if (this.cells[row][column] === value) return;
    this.remember();
    this.cells[row][column] = value;
    this.changed();
  }

  onButton(act) {
    if (act === "erase") this.erase.setAttribute("aria-pressed", !this.erasing);
    if (act === "undo") this.back();
    if (act === "clear" && this.cells.flat().some(Boolean)) {
      this.remember();
      this.cells.forEach((row) => row.fill(0));
      this.changed();
    }
    if (act) this.say();
  }

  remember() { this.past = [...this.past.slice(1 - UNDOS), this.cells.map((row) => [...row])]; }

  back() {
    if (!this.past.length) return;
    this.cells = this.past.pop();
    this.changed();
  }

  changed() {
    this.figure.controls = { [this.control.name]: this.cells };
  }

  // Read out where the cursor is and what is there; a drawing hand needs no words.
  say() {
    const [row, column] = this.cursor, all = this.cells.flat();
    const said = { row, column, value: this.cells[row][column], painted: all.filter(Boolean).length, cells: all.length };
    this.output.textContent = fillTemplate(this.output.dataset.say, (name) => said[name]);
  }
}

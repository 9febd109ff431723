// Steppers (live_figures/stepper.py): programs on one memory, in WebAssembly or in JavaScript, behind one interface.

// A number that depends on the length T is written as its factors of 1, T and T % 2.
const number = (n, T) => n.length ? n[0] + n[1] * T + n[2] * (T % 2) : n;
const shapesAt = (table, T) => Object.fromEntries(
  Object.entries(table).map(([name, [shape]]) => [name, shape.map((n) => number(n, T))]));
const size = (shape) => shape.reduce((a, b) => a * b, 1);

class Stepper {
  constructor({ inputs, parts }, length) {
    this.length = length;
    this.parts = parts;
    this.shapes = shapesAt(inputs, length);
  }

  // The shapes of what a part returns, by name.
  shapesOf(part) {
    return shapesAt(this.parts[part], this.length);
  }

  // Every result of a part's last run that has the name of an input becomes that input.
  carry(part) {
    for (const [name, value] of Object.entries(this.results[part])) this.inputs[name]?.set(value);
  }
}

class Twin extends Stepper {
  constructor(module, length) {
    super(module, length);
    this.bits = 64;
    this.inputs = Object.fromEntries(
      Object.entries(this.shapes).map(([name, shape]) => [name, new Float64Array(size(shape))]));
    const programs = module.make(length);
    this.programs = Object.fromEntries(
      Object.entries(programs).map(([name, program]) => [name, program(module.consts)]));
    this.results = {};
  }

  run(part) {
    return this.results[part] = this.programs[part](this.inputs);
  }
}

// Whether this page may run WebAssembly with SIMD: NAME.js, otherwise NAME.twin.js.
export const simd = () => false;

// A stepper for sequences of one length: inputs by name, `run(part)` gives that part's results by name, views that
// hold until it runs again.
export const make = async (module, { length }) => new Twin(module, length);

// Steppers (live_figures/stepper.py): programs on one memory, in WebAssembly or in JavaScript, behind one interface.

// A number that depends on the length T is written as its factors of 1, T and T % 2.
const number = (n, T) => n.length ? n[0] + n[1] * T + n[2] * (T % 2) : n;
const product = (shape) => shape.reduce((a, b) => a * b, 1);
const all = (table, f) => Object.fromEntries(Object.entries(table).map(([name, value]) => [name, f(value, name)]));

class Stepper {
  constructor({ bits, lengths: [least, most], inputs, parts }, length) {
    if (!Number.isInteger(length) || length < least || length > most) // the memory is laid out for no more
      throw new RangeError(`a length is a whole number from ${least} to ${most}, it was ${length}`);
    Object.assign(this, { bits, parts, length, results: {} });
    this.shapes = this.shapesAt(inputs);
  }

  shapesAt(table) {
    return all(table, ([shape]) => shape.map((n) => number(n, this.length)));
  }

  // The shapes of what a part returns, by name.
  shapesOf(part) {
    return this.shapesAt(this.parts[part]);
  }

  // Every result of a part's last run that has the name of an input becomes that input.
  carry(part) {
    for (const [name, value] of Object.entries(this.results[part])) this.inputs[name]?.set(value);
  }
}

class Twin extends Stepper {
  constructor(module, length) {
    super(module, length);
    this.inputs = all(this.shapes, (shape) => new Float64Array(product(shape)));
    this.programs = all(module.make(length), (program) => program(module.consts));
  }

  run(part) {
    return this.results[part] = this.programs[part](this.inputs);
  }
}

// What WebAssembly lacks, of real numbers as NumPy knows them.
const remainder = (x, y) => {
  const m = x % y;
  return m && m < 0 !== y < 0 ? m + y : m;
};
const js = {
  ...Object.fromEntries(Object.getOwnPropertyNames(Math).map((name) => [name, Math[name]])),
  remainder,
  floor_divide: (x, y) => y ? Math.round((x - remainder(x, y)) / y) : x / y,
  logaddexp: (x, y) => x === y ? x + Math.LN2 : Math.max(x, y) + Math.log1p(Math.exp(-Math.abs(x - y))),
};

class Wasm extends Stepper {
  constructor(module, length, { exports }) {
    super(module, length);
    this.exports = exports;
    exports.T.value = length;
    exports.setup();
    this.inputs = this.views(module.inputs, this.shapes);
    this.outputs = all(this.parts, (table, part) => this.views(table, this.shapesOf(part)));
  }

  views(table, shapes) {
    const { buffer } = this.exports.memory;
    return all(table, ([, bits, place], name) => new (bits === 32 ? Float32Array : Float64Array)(
      buffer, number(place, this.length), product(shapes[name])));
  }

  run(part) {
    this.exports[part]();
    return this.results[part] = this.outputs[part];
  }
}

// The bytes of a module. Those of a script that is like another one refer back to the other's, which therefore go ahead
// in the stream: in a block of theirs that is stored, its length twice, the second time with all bits turned.
const unpacked = async ({ wasm, like }) => {
  const before = like ? await unpacked(self.LiveSteppers[like]) : new Uint8Array(), n = before.length;
  const stored = Uint8Array.of(0, n, n >> 8, ~n, ~n >> 8), bytes = Uint8Array.from(atob(wasm), (c) => c.charCodeAt(0));
  const stream = new Blob([stored, before, bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer(), n);
};

// Each script is compiled once.
const compiled = new WeakMap();

// Whether a browser knows instructions: the code of the only function of a module, which returns lanes.
const ZEROS = [65, 0, 253, 15];  // i32.const 0, i8x16.splat
const known = (...code) => WebAssembly.validate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2,
  1, 0, 10, code.length + 4, 1, code.length + 2, 0, ...code, 11));

// A policy may forbid WebAssembly, in all its forms.
const allowed = () => {
  try {
    return !!new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch {
    return false;
  }
};

// How the fastest script that may run here ends: NAME.fused.js, NAME.js or NAME.twin.js.
export const ending = () => {
  if (!("DecompressionStream" in globalThis && allowed() && known(...ZEROS))) return ".twin.js";
  return known(...ZEROS, ...ZEROS, ...ZEROS, 253, 133, 2) ? ".fused.js" : ".js";    // f32x4.relaxed_madd
};

// A stepper for sequences of one length: inputs by name, `run(part)` gives that part's results by name, views that
// hold until it runs again.
export const make = async (module, { length }) => {
  if (module.make) return new Twin(module, length);
  if (!compiled.has(module)) compiled.set(module, unpacked(module).then(WebAssembly.compile));
  return new Wasm(module, length, await WebAssembly.instantiate(await compiled.get(module), { js }));
};

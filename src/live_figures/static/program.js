// A figure's module (figures/<name>.js, recorded from Python), run in the page; its outputs kept as flat arrays.

const DTYPES = { f4: Float32Array, f8: Float64Array, i4: Int32Array, u1: Uint8Array };
const decode = ([dtype, , base64]) => {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const values = new DTYPES[dtype](bytes.buffer);
  return dtype === "f4" ? Float64Array.from(values) : values;
};
const decodeAll = (table) => Object.fromEntries(Object.entries(table).map(([name, value]) => [name, decode(value)]));

export class Program {
  constructor(module, consts) {
    this.module = module;
    this.consts = decodeAll(consts);
    this.runs = {};      // one function a variant: a combination of choices and toggles, written as `key`
    this.arrays = {};
  }

  // Runs variant `key` once, or `steps` steps where there is memory; returns the names of the arrays that changed.
  run(key, inputs, steps) {
    const { variants, initial } = this.module, changed = new Set();
    if (!variants[key]) throw new Error(`it has no program for ${key}`);
    const run = this.runs[key] ??= variants[key](this.consts);
    if (initial && (!this.state || key !== this.key)) this.state = decodeAll(initial[key]);
    this.key = key;
    for (const [name, value] of Object.entries(initial ? this.takeSteps(run, inputs, steps) : run(inputs)))
      if (!name.startsWith("state.") && this.keep(name, value)) changed.add(name);
    return changed;
  }

  // As many steps as were asked for, or as fit into half a frame; the state is copied, as outputs may be overwritten.
  takeSteps(run, inputs, steps) {
    const end = performance.now() + 8;
    let outputs;
    do {
      outputs = run(Object.assign(inputs, this.state));
      for (const name of Object.keys(this.state)) this.state[name] = outputs[name].slice();
    } while (--steps > 0 && performance.now() < end);
    return outputs;
  }

  keep(name, value) {
    const kept = this.arrays[name];
    if (kept?.length === value.length) {
      if (kept.every((v, k) => v === value[k])) return false;
      kept.set(value);
    } else this.arrays[name] = value.slice();
    return true;
  }

  // The part of an array that "h[3][1]" names, as a view with the shape that is left.
  refer(reference) {
    const [name, ...indices] = reference.split(/[[\]]+/).filter(Boolean);
    const shape = this.module.shapes[this.key][name];
    if (!shape) throw new Error(`there is no array ${name}`);
    const rest = shape.slice(indices.length), size = rest.reduce((a, b) => a * b, 1);
    let at = 0;
    indices.forEach((index, k) => { at = at * shape[k] + +index; });
    return { name, shape: rest, view: this.arrays[name].subarray(at * size, (at + 1) * size) };
  }

  // The same as an array of its own; as rows where two dimensions are left.
  copy(reference) {
    const { shape, view } = this.refer(reference);
    if (shape.length < 2) return view.slice();
    return Array.from({ length: shape[0] }, (_, row) => view.slice(row * shape[1], (row + 1) * shape[1]));
  }
}

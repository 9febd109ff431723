// A run: what was chosen for it, and what came of it so far.

const ROOM = 256;

// Numbers that come in pieces, one after the other.
export class Series {
  constructor() { this.room = new Float64Array(ROOM); this.length = 0; }
  get values() { return this.room.subarray(0, this.length); }
  get last() { return this.length ? this.room[this.length - 1] : NaN; }
  append(values) {
    const length = this.length + values.length;
    if (length > this.room.length) {
      const room = new Float64Array(Math.max(length, 2 * this.room.length));
      room.set(this.values);
      this.room = room;
    }
    this.room.set(values, this.length);
    this.length = length;
  }
}

let serial = 0;

export class Run {
  constructor(settings) { this.settings = settings; this.renew(); }

  // Back to step 0. It gets another number, so that what is still on its way for the old one is told apart.
  renew() {
    this.id = ++serial;
    this.loss = new Series();
    this.norm = new Series();
    this.look = this.stop = null;
  }

  // Whether there is nothing left to train: it diverged, or has gone as far as runs go.
  over(limit) { return Boolean(this.stop) || this.steps >= limit; }
  get steps() { return this.loss.length; }
}

// The mean of `values` in each of at most `bins` neighbourhoods: [the middles, the means].
export const binned = (values, bins) => {
  const width = Math.max(1, Math.ceil(values.length / bins)), count = Math.ceil(values.length / width);
  const at = new Float64Array(count), mean = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const end = Math.min(values.length, (k + 1) * width);
    let sum = 0;
    for (let i = k * width; i < end; i++) sum += values[i];
    mean[k] = sum / (end - k * width);
    at[k] = (k * width + end - 1) / 2;
  }
  return [at, mean];
};

// The next of 100, 200, 500, 1000, ...: how far the axis of steps goes.
export const roomFor = (steps) => {
  for (let power = 100; ; power *= 10)
    for (const m of [1, 2, 5]) if (m * power >= steps) return m * power;
};

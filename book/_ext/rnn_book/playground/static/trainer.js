// Trains runs in short slices, and says what came of it. It knows no page: worker.js gives it its way out.
import { make } from "@live/stepper.js";

const SLICE_MS = 8;           // then the page (or a message) has its turn
const REPORT_MS = 16, LOOK_MS = 120;

// One run: its network, its batches, and how far it is.
class Training {
  constructor({ numbers, codes, bound, probe }, net, task) {
    Object.assign(this, { net, task, bound, steps: 0, loss: [], norm: [], stop: null });
    for (const { inputs } of [net, task]) {
      for (const [name, value] of Object.entries(numbers)) if (inputs[name]) inputs[name][0] = value;
      inputs.codes?.set(codes);
    }
    for (const [name, values] of Object.entries(task.run("start"))) net.inputs[name]?.set(values.subarray(0, net.inputs[name].length));
    net.run("initial");
    net.carry("initial");
    this.probe = this.drawn(probe, (values) => values.slice());
    this.levels = codes.length ? Float64Array.from(task.run("levels").levels) : null;
  }

  // The batch of a step: x and y, each as `keep` leaves it.
  drawn(step, keep) {
    this.task.inputs.step[0] = step;
    const { x, y } = this.task.run("draw");
    return { x: keep(x), y: keep(y) };
  }

  take({ x, y }) {
    this.net.inputs.x.set(x);
    this.net.inputs.y.set(y);
  }

  advance() {
    const { net, bound } = this;
    this.steps += 1;
    this.take(this.drawn(this.steps, (values) => values));
    const { loss: [loss], grad_norm: [norm] } = net.run("step");
    this.loss.push(loss);
    this.norm.push(norm);
    if (!(loss < bound) || !Number.isFinite(norm)) this.stop = { step: this.steps, loss, norm };
    else net.carry("step");
  }

  // What the first sequence of a batch that is never trained on does in the network as it is now.
  seen() {
    const { net, probe: { x, y } } = this, { x: [length, batch, inputs], y: shape } = net.shapes, each = shape[1] === batch;
    this.take(this.probe);
    const arrays = Object.entries(net.run("look")).map(([name, values]) => [name, Float64Array.from(values)]);
    const ofFirst = (values, width) => Float64Array.from({ length: length * width }, (_, k) => values[Math.floor(k / width) * batch * width + k % width]);
    return { ...Object.fromEntries(arrays), x: ofFirst(x, inputs), y: each ? ofFirst(y, 1) : y.slice(0, 1) };
  }

  report(id, look) {
    const { loss, norm, stop } = this;
    this.loss = [];
    this.norm = [];
    return { id, loss: Float64Array.from(loss), norm: Float64Array.from(norm), stop, look: look ? this.seen() : null, levels: this.levels };
  }
}

export class Trainer {
  // `post(message)` tells the page; `load(name, bits)` gives the programs of that name, or a promise of them.
  constructor(post, load) {
    Object.assign(this, { post, load, runs: new Map(), playing: false, reported: 0, looked: 0 });
    const { port1, port2 } = new MessageChannel();     // a timer would wait for 4 ms
    port1.onmessage = () => this.slice();
    this.soon = () => port2.postMessage(0);
  }

  receive({ act, ...message }) { this[act](message); }

  // Begins run `id` anew; it can be trained once its programs are there.
  async start({ id, name, task, length, bits, ...given }) {
    this.runs.set(id, null);
    try {
      const parts = await Promise.all([name, task].map(async (part) => make(await this.load(part, bits), { length })));
      if (!this.runs.has(id)) return;        // the reader has chosen something else meanwhile
      this.runs.set(id, new Training(given, ...parts));
      this.post({ runs: [this.runs.get(id).report(id, true)], bits: parts[0].bits });
      this.next();
    } catch (error) {
      this.post({ failed: { id, message: error.message, file: error.file } });
    }
  }

  drop({ id }) { this.runs.delete(id); }

  // Trains all runs side by side until each has done `until` steps, `rate` a second, or as fast as it goes.
  play({ until, rate, turn }) {
    Object.assign(this, { until, rate, turn, playing: true, begun: 0 });
    this.next();
  }

  // Asks for the next slice, once.
  next(wait = 0) {
    if (this.asked) return;
    this.asked = true;
    if (wait) setTimeout(() => this.slice(), wait); else this.soon();
  }

  pause({ turn }) {
    Object.assign(this, { turn, playing: false });
    this.report(true);
  }

  get trained() { return [...this.runs.values()].filter(Boolean); }

  // The run that is least far of those that are to go on to `goal`.
  behind(goal) {
    const live = this.trained.filter((run) => !run.stop && run.steps < goal);
    return live.length ? live.reduce((a, b) => (b.steps < a.steps ? b : a)) : null;
  }

  slice() {
    this.asked = false;
    if (!this.playing || this.trained.length < this.runs.size) return;      // `start` goes on when all are there
    const { rate, until } = this, now = performance.now();
    if (!this.begun) Object.assign(this, { begun: now, from: Math.min(...this.trained.map((run) => run.steps)) });
    const goal = rate ? Math.min(until, this.from + 1 + Math.floor((now - this.begun) * rate / 1000)) : until;
    for (let run; performance.now() < now + SLICE_MS && (run = this.behind(goal));) run.advance();
    this.playing = this.behind(until) !== null;
    if (!this.playing || performance.now() - this.reported >= REPORT_MS) this.report(!this.playing);
    if (!this.playing) return;
    this.next(this.behind(goal) ? 0 : Math.min(50, 1000 / rate));
  }

  report(whole) {
    const now = performance.now(), look = whole || now - this.looked >= LOOK_MS;
    this.reported = now;
    if (look) this.looked = now;
    const runs = [...this.runs].filter(([, run]) => run).map(([id, run]) => run.report(id, look));
    this.post({ runs, playing: this.playing, turn: this.turn });
  }
}

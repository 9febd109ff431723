// The three plots: loss and norm of the gradient by step, error signal by lag. Python drew them; here they move.
import { Chart } from "@live/chart.js";
import { CrossHair } from "@live/cross.js";
import { binned, roomFor } from "./runs.js";

const BINS = 240, LINE_PX = 16, NEAR = 0.3;
const WIDE = { width: 500, height: 300 }, NARROW = 330;       // pixels, before a plot has been laid out; and on a phone
const LEAST = -12, MOST = 12;     // powers of ten beyond which nothing is drawn
const EMPTY = new Float64Array(0);

// What is drawn are powers of ten.
const powers = (values) => values.map((v) => Math.max(LEAST, Math.min(MOST, Math.log10(v))));
// The range of an axis: what it is at first, and as many decades more as the values need.
const grown = ([low, high], all, least = LEAST) => {
  for (const values of all) for (const v of values) { if (v < low) low = Math.max(least, Math.floor(v)); if (v > high) high = Math.ceil(v); }
  return [low, high];
};

export class Plots {
  constructor(desk, { plots, most, baselines, ranges, dark }, say) {
    Object.assign(this, { most, baselines, ranges, arrays: {}, hosts: {}, charts: {}, sizes: new Map(), tags: {} });
    const seen = new ResizeObserver((entries) => { for (const { target, contentRect } of entries) this.sizes.set(target, contentRect); });
    for (const [name, spec] of Object.entries(plots)) {
      const host = this.hosts[name] = desk.querySelector(`[data-plot="${name}"]`);
      this.charts[name] = () => new Chart(host, { ...spec, dark }, this);
      seen.observe(host.querySelector(".live-area"));
      new CrossHair(host, say);
    }
  }

  // What a chart asks of a program.
  refer(name) { const view = this.arrays[name] ?? EMPTY; return { name, view, shape: [view.length] }; }

  // `levels`: [name, loss] of each baseline; `limit`: the threshold of clipping, if there is one.
  draw(runs, { until, levels, limit }) {
    const { arrays, most, ranges } = this, end = until ?? roomFor(Math.max(1, ...runs.map((r) => r.steps)));
    const lags = Math.max(2, ...runs.map((r) => r.look?.lags.length ?? 0));
    Object.assign(arrays, { whole: [0, end], lags: [0, lags - 1], limit: powers([limit, limit]) });
    for (let k = 0; k < most; k++) {
      const run = runs[k], put = (at, name, values) => {
        const [middles, means] = values ? binned(values, BINS) : [EMPTY, EMPTY];
        arrays[at + k] = middles;
        arrays[name + k] = powers(means);
      };
      put("at", "norm", run?.norm.values);
      put("at", "loss", run?.loss.values);
      put("before_at", "before", run?.before);
      arrays[`lag${k}`] = powers(run?.look?.lags ?? EMPTY);
      arrays[`lag_at${k}`] = arrays[`lag${k}`].map((_, lag) => lag);
    }
    for (let k = 0; k < this.baselines; k++) arrays[`base${k}`] = levels[k] ? powers([levels[k][1], levels[k][1]]) : [NaN, NaN];
    for (const name of ["loss", "norm", "lag"])
      arrays[`${name}_range`] = grown(ranges[name], runs.map((_, k) => arrays[name + k]), name === "lag" ? ranges.lag[0] : LEAST);
    for (const [name, chart] of Object.entries(this.charts)) {
      if (typeof chart === "function") this.charts[name] = chart();
      else chart.follow();
    }
    const several = runs.length > 1;
    const ends = (value, at, text) => runs.map((run, k) => ({ k, words: text(run), value: arrays[value + k].at(-1), left: arrays[at + k].at(-1) }));
    this.name("loss", ends("loss", "at", (run) => (several ? [run.letter, run.label] : [run.label])), end, levels);
    this.name("lags", ends("lag", "lag_at", (run) => (several ? [run.letter] : [])), lags - 1, []);
  }

  // The names of the lines at their ends, one that would lie on another lower, and those of the baselines at theirs.
  name(plot, ends, most, levels) {
    const area = this.hosts[plot].querySelector(".live-area"), [low, high] = this.arrays[plot === "loss" ? "loss_range" : "lag_range"];
    const share = (power) => (high - power) / (high - low), { height, width } = this.sizes.get(area) ?? WIDE, room = LINE_PX / height;
    const place = (tag) => ({ ...tag, top: share(tag.value), left: tag.left / most });
    const byTop = (a, b) => a.top - b.top;
    const tags = ends.filter(({ value }) => value === value && value !== undefined)
      .map((end) => place({ ...end, words: width < NARROW ? end.words.slice(0, 1) : end.words, kind: `play-end play-run${end.k}` })).sort(byTop);
    tags.forEach((tag, i) => {
      for (const other of tags.slice(0, i)) if (Math.abs(other.left - tag.left) < NEAR) tag.top = Math.max(tag.top, other.top + room);
    });
    [...tags].reverse().forEach((tag, i, up) => {       // and what would lie under the axis higher
      const under = up.slice(0, i).filter((other) => Math.abs(other.left - tag.left) < NEAR).map((other) => other.top - room);
      tag.top = Math.min(tag.top, 1, ...under);
    });
    const over = levels.map(([text, value]) => place({ words: [text], value: Math.log10(value), left: most, kind: "play-level" })).sort(byTop);
    over.forEach((tag, i) => { if (i && tag.top - over[i - 1].top < 1.25 * room) tag.kind += " play-below"; });
    this.tags[plot] ??= [...area.querySelectorAll(".play-end, .play-level")];
    const there = this.tags[plot], wanted = [...tags, ...over];
    while (there.length > wanted.length) there.pop().remove();
    while (there.length < wanted.length) there.push(area.appendChild(document.createElement("span")));
    wanted.forEach(({ kind, top, left, words }, i) => {
      const text = words.join(" ");
      if (there[i].className !== kind) there[i].className = kind;
      if (there[i].textContent !== text)
        there[i].replaceChildren(...words.flatMap((word, k) => [k ? " " : "", Object.assign(document.createElement("span"), { textContent: word })]));
      there[i].style.cssText = `top:${(100 * top).toFixed(2)}%;--left:${(100 * left).toFixed(2)}%`;
    });
  }
}

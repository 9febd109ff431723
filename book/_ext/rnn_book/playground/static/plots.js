// The three plots: loss and norm of the gradient by step, error signal by lag. Python drew them; here they move.
import { Chart } from "@live/chart.js";
import { CrossHair } from "@live/cross.js";
import { binned, roomFor } from "./runs.js";

const BINS = 240, LINE_PX = 16, NEAR = 0.3;
const EMPTY = new Float64Array(0);

// Values that the drawing keeps within its range: what is beyond goes along the edge.
const held = (values, [low, high]) => values.map((v) => (v > 0 ? Math.max(10 ** low, Math.min(10 ** high, v)) : v));

export class Plots {
  constructor(desk, { plots, most, baselines, dark }, say) {
    Object.assign(this, { most, baselines, arrays: {}, hosts: {}, charts: {}, ranges: {}, heights: new Map(), tags: {} });
    const sizes = new ResizeObserver((entries) => { for (const { target, contentRect } of entries) this.heights.set(target, contentRect.height); });
    for (const [name, spec] of Object.entries(plots)) {
      const host = this.hosts[name] = desk.querySelector(`[data-plot="${name}"]`);
      this.ranges[name] = spec.chart.axes.y.range;
      this.charts[name] = () => new Chart(host, { ...spec, dark }, this);
      sizes.observe(host.querySelector(".live-area"));
      new CrossHair(host, say);
    }
  }

  // What a chart asks of a program.
  refer(name) { const view = this.arrays[name] ?? EMPTY; return { name, view, shape: [view.length] }; }

  // `levels`: [name, loss] of each baseline; `limit`: the threshold of clipping, if there is one.
  draw(runs, { until, levels, limit }) {
    const { arrays, most, ranges } = this, end = until ?? roomFor(Math.max(1, ...runs.map((r) => r.steps)));
    const lags = Math.max(2, ...runs.map((r) => r.look?.lags.length ?? 0));
    Object.assign(arrays, { whole: [0, end], lag_range: [0, lags - 1], limit: [limit, limit] });
    for (let k = 0; k < most; k++) {
      const run = runs[k];
      for (const name of ["loss", "norm"]) {
        [arrays[`at${k}`], arrays[name + k]] = run ? binned(run[name].values, BINS) : [EMPTY, EMPTY];
        arrays[name + k] = held(arrays[name + k], ranges[name]);
      }
      [arrays[`before_at${k}`], arrays[`before${k}`]] = run?.before ? binned(run.before, BINS) : [EMPTY, EMPTY];
      arrays[`before${k}`] = held(arrays[`before${k}`], ranges.loss);
      arrays[`lag${k}`] = held(run?.look?.lags ?? EMPTY, ranges.lags);
      arrays[`lag_at${k}`] = arrays[`lag${k}`].map((_, lag) => lag);
    }
    for (let k = 0; k < this.baselines; k++) arrays[`base${k}`] = levels[k] ? [levels[k][1], levels[k][1]] : [NaN, NaN];
    for (const [name, chart] of Object.entries(this.charts)) {
      if (typeof chart === "function") this.charts[name] = chart();
      else chart.follow();
    }
    const ends = (value, at, text) => runs.map((run, k) => ({ k, text: text(run), value: arrays[value + k].at(-1), left: arrays[at + k].at(-1) }));
    this.name("loss", ends("loss", "at", (run) => run.label), end, levels);
    this.name("lags", ends("lag", "lag_at", (run) => (runs.length > 1 ? run.letter : "")), lags - 1, []);
  }

  // The names of the lines at their ends, one that would lie on another lower, and those of the baselines over them.
  name(plot, ends, most, levels) {
    const area = this.hosts[plot].querySelector(".live-area"), [low, high] = this.ranges[plot];
    const share = (value) => (high - Math.log10(value)) / (high - low), room = LINE_PX / (this.heights.get(area) || 300);
    const place = (tag) => ({ ...tag, top: share(tag.value), left: tag.left / most });
    const tags = ends.filter(({ value }) => value > 0).map((end) => place({ ...end, kind: `play-end play-run${end.k}` })).sort((a, b) => a.top - b.top);
    tags.forEach((tag, i) => {
      for (const other of tags.slice(0, i)) if (Math.abs(other.left - tag.left) < NEAR) tag.top = Math.max(tag.top, other.top + room);
    });
    tags.push(...levels.map(([text, value]) => place({ text, value, left: most, kind: "play-level" })));
    this.tags[plot] ??= [...area.querySelectorAll(".play-end, .play-level")];
    const there = this.tags[plot];
    while (there.length > tags.length) there.pop().remove();
    while (there.length < tags.length) there.push(area.appendChild(document.createElement("span")));
    tags.forEach(({ kind, top, left, text }, i) => {
      if (there[i].className !== kind) there[i].className = kind;
      if (there[i].textContent !== text) there[i].textContent = text;
      there[i].style.cssText = `top:${(100 * top).toFixed(2)}%;left:${(100 * left).toFixed(2)}%`;
    });
  }
}

// What a reader takes away: a link, the numbers, a picture of the losses, and a cell that repeats it in Python.
import { copyText } from "@live/address.js";
import { kinds } from "@live/controls.js";
import { formatValue } from "@live/numbers.js";
import { roomFor } from "./runs.js";

const WIDTH = 960, HEIGHT = 540, LEFT = 70, RIGHT = 200, TOP = 30, BOTTOM = 56;
const DASHES = ["", "9 5", "2 4", "9 4 2 4"];
const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt()};`);

export class Exports {
  constructor(desk) { this.desk = desk; }

  async link(button) {
    const { desk } = this, link = location.href.split("#")[0] + "#" + desk.address();
    await copyText(button, link, desk.spec.words.copied, desk.spec.words.link_by_hand);
    const long = desk.runs.some(({ settings: { task, text } }) => task === "text" && kinds.longtext.write(text) === null && text !== desk.starts().text);
    if (long) desk.note(desk.tell("link_too_long", { labels: desk.control("text").label }));
    else desk.say = desk.spec.words.link_copied;
  }

  save(name, type, content) {
    const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
    Object.assign(document.createElement("a"), { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  // -------- the numbers

  // The settings as `helpers.playground.run` takes them.
  given(run) {
    const { controls, whole } = this.desk.spec, { settings } = run;
    return Object.fromEntries(controls.filter(({ name }) => name !== "text" || settings.task === "text")
      .map(({ name }) => [name, whole.includes(name) ? +settings[name] : settings[name]]));
  }

  json() {
    const { desk } = this, runs = desk.runs.map((run) => ({
      name: run.letter, settings: this.given(run), steps: run.steps, diverged: run.stop,
      loss: [...run.loss.values], grad_norm: [...run.norm.values],
    }));
    const link = location.href.split("#")[0] + "#" + desk.address();
    this.save("playground.json", "application/json", JSON.stringify({ version: 1, link, bits: desk.bits ?? 64, python: this.cell(), runs }, null, 1));
  }

  // -------- Python

  // What repeats the runs: the template that `helpers.playground.cell` fills, once for each, its imports only once.
  cell() {
    const template = this.desk.spec.python, again = template.replace(/^.*\n\n/, "");
    return this.desk.runs.map((run, k) => {
      const given = Object.entries({ steps: Math.max(1, run.steps), ...this.given(run) });
      const lines = given.map(([name, value]) => `    ${name}=${JSON.stringify(value)},`).join("\n");
      return (k ? again : template).replace("{arguments}", () => lines);
    }).join("\n\n");
  }

  python() {
    const dialog = this.desk.querySelector("dialog");
    dialog.querySelector("pre").textContent = this.cell();
    dialog.showModal();
  }

  copy(button) { return copyText(button, button.closest("dialog").querySelector("pre").textContent, this.desk.spec.words.copied); }

  // -------- the picture

  picture() {
    const { desk } = this, style = getComputedStyle(desk), color = (name) => style.getPropertyValue(`--live-${name}`).trim();
    const { arrays } = desk.plots, [low, high] = arrays.loss_range, end = desk.until ?? roomFor(Math.max(1, desk.steps));
    const x = (step) => LEFT + (WIDTH - LEFT - RIGHT) * step / end, yOf = (power) => TOP + (HEIGHT - TOP - BOTTOM) * (high - power) / (high - low), y = (value) => yOf(Math.log10(value));
    const text = (at, across, words, more = "") => `<text x="${across}" y="${at}" ${more}>${escaped(words)}</text>`;
    const ink = color("ink"), out = [`<rect width="${WIDTH}" height="${HEIGHT}" fill="${color("paper")}"/>`];
    for (let power = Math.ceil(low); power <= high; power++) {
      const at = y(10 ** power);
      out.push(`<path d="M${LEFT} ${at}H${WIDTH - RIGHT}" stroke="${color("grid")}"/>`, text(at + 4, LEFT - 8, formatValue(10 ** power), 'text-anchor="end"'));
    }
    for (let k = 0; k <= 5; k++) out.push(text(HEIGHT - BOTTOM + 20, x(end * k / 5), formatValue(end * k / 5, "d"), 'text-anchor="middle"'));
    for (const [name, value] of desk.levels())
      out.push(`<path d="M${LEFT} ${y(value)}H${WIDTH - RIGHT}" stroke="${color("muted")}" stroke-dasharray="3 3"/>`, text(y(value) - 5, LEFT + 6, name, `fill="${color("muted")}"`));
    const ends = [];
    desk.runs.forEach((run, k) => {
      const points = [...arrays[`loss${k}`]].map((value, i) => `${x(arrays[`at${k}`][i] + 1).toFixed(1)} ${yOf(value).toFixed(1)}`);
      if (!points.length) return;
      out.push(`<path d="M${points.join("L")}" fill="none" stroke="${color(`c${k}`)}" stroke-width="2" stroke-dasharray="${DASHES[k]}"/>`);
      ends.push([+points.at(-1).split(" ")[1], `${run.letter} ${run.label}`, color(`c${k}`)]);
    });
    ends.sort((a, b) => a[0] - b[0]);
    for (let k = 1; k < ends.length; k++) ends[k][0] = Math.max(ends[k][0], ends[k - 1][0] + 18);
    for (const [at, words, fill] of ends) out.push(text(at + 4, WIDTH - RIGHT + 8, words, `fill="${fill}" font-weight="600"`));
    const { words } = desk.spec;
    out.push(text(HEIGHT - 12, LEFT + (WIDTH - LEFT - RIGHT) / 2, words.steps, 'text-anchor="middle"'), text(TOP - 10, LEFT, words.loss));
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="system-ui, sans-serif" font-size="13" fill="${ink}">${out.join("")}</svg>`;
  }

  svg() { this.save("playground.svg", "image/svg+xml", this.picture()); }

  async png() {
    const url = URL.createObjectURL(new Blob([this.picture()], { type: "image/svg+xml" })), image = new Image();
    image.src = url;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: 2 * WIDTH, height: 2 * HEIGHT });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(url);
    canvas.toBlob((blob) => this.save("playground.png", "image/png", blob));
  }
}

// The page of a reader's own record: what was done in detail, and saving, adding and forgetting it.
import { merge, readCopy } from "./merging.js";
import { markOf } from "./marks.js";
import { filled } from "./filled.js";
import { everything, recallAll, replaceEverything } from "./store.js";

const held = ({ exercises = {}, challenges = {}, tries = {} }) => ({
  exercises: Object.keys(exercises).length,
  solved: Object.values(exercises).filter((record) => markOf(record) === "solved").length,
  challenges: Object.values(challenges).filter(Boolean).length, tries: Object.values(tries).filter(Boolean).length,
});

export class Record {
  constructor(box) {
    this.box = box;
    this.words = JSON.parse(box.querySelector("script.live-spec").textContent);
    this.status = box.querySelector(".live-said");
    this.file = box.querySelector("[type=file]");
    this.sure = box.querySelector("dialog");
    box.addEventListener("click", (event) => this.press(event.target.closest("[data-do]")?.dataset.do));
    this.file.addEventListener("change", () => this.add());
    this.sure.addEventListener("close", () => { if (this.sure.returnValue) this.forget(); });
    box.querySelector(".live-disk").hidden = location.protocol !== "file:";
    box.querySelector(".live-refused").hidden = this.storageWorks();
  }

  said(key, values) { return filled(this.words[key], values); }

  storageWorks() {
    const tested = "live-progress:tested";
    try { localStorage.setItem(tested, ""); localStorage.removeItem(tested); return true; } catch { return false; }
  }

  press(button) {
    if (button === "export") this.save();
    if (button === "import") this.file.click();
    if (button === "clear") this.ask();
  }

  save() {
    const text = JSON.stringify(everything(), null, 1), name = `progress-${new Date().toISOString().slice(0, 10)}.json`;
    const href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    const link = Object.assign(document.createElement("a"), { download: name, href });
    link.click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
    this.status.textContent = this.said("exported", { file: name });
  }

  async add() {
    const [file] = this.file.files;
    if (!file) return;
    try {
      const copied = readCopy(await file.text());
      replaceEverything(merge(everything(), copied));
      this.status.textContent = this.said("imported", held(copied));
    } catch (problem) { this.status.textContent = this.said(problem.key ?? "no_file"); }
    this.file.value = "";   // the same file can be chosen again
  }

  ask() {
    this.box.querySelector(".live-loss").textContent = this.said("would_lose", held(everything()));
    this.sure.returnValue = "";
    this.sure.showModal();
  }

  forget() {
    replaceEverything({});
    this.status.textContent = this.said("cleared");
  }

  show() {
    const records = recallAll("exercises");
    for (const place of this.box.querySelectorAll("[data-detail]")) {
      const record = records[place.dataset.detail] ?? {}, mark = markOf(record), parts = [this.said(`mark_${mark}`)];
      for (const name of ["tries", "hints"]) if (record[name] > 0) parts.push(this.said(name, { count: record[name] }));
      place.textContent = parts.join(" · ");
      place.classList.toggle("live-hidden", mark === "new" && parts.length === 1);   // the empty circle says it to the eye
    }
    this.showFigures();
  }

  showFigures() {
    const met = recallAll("challenges"), tried = recallAll("tries");
    for (const item of this.box.querySelectorAll("[data-challenge]")) {
      const done = Boolean(met[item.dataset.challenge]), detail = item.querySelector(".live-detail");
      item.dataset.mark = done ? "solved" : "new";
      detail.textContent = this.said(done ? "challenge_met" : "challenge_open");
      detail.classList.toggle("live-hidden", !done);
    }
    for (const place of this.box.querySelectorAll("[data-tries]")) {
      const { tries: figure, count } = place.dataset;
      const tries = Array.from({ length: count }, (_, k) => tried[`${figure}.${k}`]).filter(Boolean).length;
      place.textContent = this.said("tries_of", { tries, count });
    }
    for (const folded of this.box.querySelectorAll("details")) {
      const marks = [...folded.querySelectorAll("[data-challenge]")], count = marks.length;
      const challenges = marks.filter((mark) => mark.dataset.mark === "solved").length;
      folded.querySelector("summary .live-detail").textContent = this.said("challenges_of", { challenges, count });
    }
  }
}

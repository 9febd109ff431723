// How far a reader is, put into what the build wrote: links with the mark of an exercise, sums, and the contents.
import { markOf } from "./marks.js";
import { filled } from "./filled.js";
import { recallAll } from "./store.js";

// What the site tells of itself: { words, contents, pages: [{ address, name, exercises }] }; see exercises/progress.py.
const { words, contents, pages } = globalThis.LiveCourse;
// This script is _static/live/live-progress.js of the site.
const root = new URL("../../", document.currentScript?.src ?? location.href);

const markLinks = (kept) => {
  for (const link of document.querySelectorAll("a[data-exercise]")) {
    const mark = link.dataset.mark = markOf(kept[link.dataset.exercise]);
    if (link.title) link.setAttribute("aria-label", `${link.title}: ${words[`mark_${mark}`]}`);
  }
};

const addUp = () => {
  for (const total of document.querySelectorAll(".live-total")) {
    const marks = [...total.parentElement.querySelectorAll("a[data-exercise]")].map((link) => link.dataset.mark);
    total.textContent = filled(words.solved_of, { solved: marks.filter((m) => m === "solved").length, count: marks.length });
  }
};

// "6/10" beside each page of the contents where something was begun.
const countIn = (element, text, title) => {
  const count = element.querySelector(":scope > .live-share") ?? element.appendChild(document.createElement("span"));
  Object.assign(count, { className: "live-share", textContent: text, title });
};
const countPages = (kept) => {
  const links = [...document.querySelectorAll(contents)].filter((link) => !link.hash);
  for (const { address, name, exercises } of pages) {
    const marks = exercises.map((key) => markOf(kept[key])), count = exercises.length;
    const solved = marks.filter((mark) => mark === "solved").length, begun = marks.some((mark) => mark !== "new");
    const page = new URL(address, root).pathname;
    for (const link of links.filter((one) => one.pathname === page)) {
      countIn(link, begun ? `${solved}/${count}` : "", filled(words.solved_of, { solved, count }));
    }
    for (const place of document.querySelectorAll(`[data-chapter="${name}"] .live-done`)) {
      place.textContent = begun ? filled(words.done_of, { solved, count }) : "";
    }
  }
};

export const showProgress = () => {
  const kept = recallAll("exercises");
  markLinks(kept);
  addUp();
  countPages(kept);
};

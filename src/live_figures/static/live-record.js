// The record of what a reader has done, on a page of its own.
import { Record } from "./record.js";
import { onProgress } from "./store.js";

for (const box of document.querySelectorAll(".live-record")) {
  const record = new Record(box);
  record.show();
  onProgress(() => record.show());
}

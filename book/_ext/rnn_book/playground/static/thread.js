// The way to the trainer: a worker, or the page's own thread where a page from a disk may have none.
import { fetchPart } from "@live/page.js";

const HERE = document.currentScript?.src ?? "";
const WORKER = "playground-worker.js";
export const inPage = location.protocol === "file:";      // Chromium gives such a page no worker

// `receive(message)` is told what the trainer says; what is returned takes messages to it.
export const connect = (receive) => {
  if (!inPage) {
    const worker = new Worker(new URL(WORKER, HERE));
    worker.onmessage = ({ data }) => receive(data);
    worker.onerror = ({ message }) => receive({ failed: { message, file: WORKER } });
    return (message) => worker.postMessage(message);
  }
  const load = (name, path) => fetchPart("LiveSteppers", name, path);
  const there = globalThis.PlaygroundTrainer ? Promise.resolve() : new Promise((done, failed) => {
    const script = Object.assign(document.createElement("script"), { src: new URL(WORKER, HERE), onload: done });
    script.onerror = () => failed(Object.assign(new Error(WORKER), { file: WORKER }));
    document.head.append(script);
  });
  const trainer = there.then(() => globalThis.PlaygroundTrainer(receive, load));
  return (message) => trainer.then((t) => t.receive(message), (error) => receive({ failed: error }));
};

// The trainer in a thread of its own; in a page that was opened from a disk, which may have none, in the page's.
import { ending } from "@live/stepper.js";
import { Trainer } from "./trainer.js";

// The same programs in float32 and WebAssembly, or in float64 and JavaScript: a thread has one of them under a name.
const loader = (load) => async (name, bits) => {
  const get = (name) => load(name, `playground/${name}${bits === 64 ? ".twin.js" : ending()}`), module = await get(name);
  if (module.like) await get(module.like);
  return module;
};

if (self.document) self.PlaygroundTrainer = (post, load) => new Trainer(post, loader(load));
else {
  const load = (name, file) => {
    if (!self.LiveSteppers?.[name]) importScripts(file);
    return self.LiveSteppers[name];
  };
  const trainer = new Trainer((message) => postMessage(message), loader(load));
  onmessage = ({ data }) => trainer.receive(data);
}

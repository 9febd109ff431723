// The state of the playground in the page's address: what was chosen for each run, and how far it has been trained.
import { kinds } from "@live/controls.js";

const LETTERS = "abcd";

// [[key, text], ...]: of the first run what is not as it was at the start, of each other what differs from the first.
export const written = (controls, runs, others) => {
  const pairs = [];
  runs.forEach(({ settings }, k) => {
    for (const control of controls) {
      const value = settings[control.name], than = k ? runs[0].settings[control.name] : control.start;
      const text = value === than ? null : (kinds[control.kind].write ?? String)(value);
      if (text !== null) pairs.push([(k ? `${LETTERS[k]}.` : "") + control.name, text]);
    }
  });
  if (runs.length > 1) pairs.push(["runs", String(runs.length)]);
  return [...pairs, ...Object.entries(others).filter(([, value]) => value).map(([name, value]) => [name, String(value)])];
};

// What pairs say: settings of each run, the other values as texts, and what is refused: [name, text, problem] of each.
export const read = (controls, pairs, others, most) => {
  const given = new Map(pairs), rest = {}, refused = [];
  const count = Math.max(1, Math.min(most, Math.trunc(+given.get("runs")) || 1));
  const runs = Array.from({ length: count }, () => ({}));
  for (const control of controls) runs[0][control.name] = control.start;
  const take = (run, name, text) => {
    const control = controls.find((c) => c.name === name), { problem, parse = String } = kinds[control?.kind] ?? {};
    const value = control && parse(text, control), [key, values] = control ? problem(control, value) : ["no_control"];
    if (key) refused.push([control?.label ?? name, text, key, values]);
    else run[name] = value;
  };
  for (const [key, text] of given) if (!key.includes(".") && key !== "runs") {
    if (key in others) rest[key] = text;
    else take(runs[0], key, text);
  }
  for (let k = 1; k < count; k++) Object.assign(runs[k], runs[0]);
  for (const [key, text] of given) if (key.includes(".")) {
    const [letter, name] = key.split("."), run = runs[LETTERS.indexOf(letter)];
    if (run) take(run, name, text);
    else refused.push([key, text, "no_control", {}]);
  }
  return { runs, rest, refused };
};

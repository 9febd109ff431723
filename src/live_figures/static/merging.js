// A saved copy: what of it can be trusted, and how it is added to what is there without losing anything of either.
import { isTable } from "./store.js";

const only = (table, keep) => Object.fromEntries(Object.entries(isTable(table) ? table : {}).filter(([, v]) => keep(v)));

const FIELDS = {
  answer: (v) => typeof v === "string" && v.length <= 10_000, checked: (v) => typeof v === "boolean",
  tries: (v) => Number.isInteger(v) && v >= 0, hints: (v) => Number.isInteger(v) && v >= 0,
  seen: (v) => typeof v === "boolean", solved: (v) => typeof v === "boolean",
};
const tidyRecord = (record) => Object.fromEntries(Object.entries(record).filter(([name, v]) => FIELDS[name]?.(v)));

const refused = (key) => Object.assign(new Error(key), { key });

// The tables of a file's text; throws an Error whose `key` names what to say.
export const readCopy = (text) => {
  let all;
  try { all = JSON.parse(text); } catch { throw refused("no_file"); }
  const kinds = ["exercises", "challenges", "tries"];
  if (!isTable(all) || !Number.isInteger(all.version) || !kinds.some((k) => isTable(all[k]))) throw refused("no_record");
  if (all.version > 1) throw refused("later_version");
  const records = Object.entries(only(all.exercises, isTable)).map(([key, record]) => [key, tidyRecord(record)]);
  return { exercises: Object.fromEntries(records), challenges: only(all.challenges, Boolean), tries: only(all.tries, Boolean) };
};

// What is here wins, unless the copy is further.
const mergeRecords = (here, copied) => {
  const merged = here.answer === undefined ? { ...here, ...copied } : { ...copied, ...here };
  for (const name of ["tries", "hints"]) {
    if (name in merged) merged[name] = Math.max(here[name] ?? 0, copied[name] ?? 0);
  }
  for (const name of ["seen", "solved"]) if (name in merged) merged[name] = Boolean(here[name] || copied[name]);
  return merged;
};

export const merge = (here, copied) => {
  const exercises = { ...here.exercises };
  for (const [key, record] of Object.entries(copied.exercises)) exercises[key] = mergeRecords(exercises[key] ?? {}, record);
  return { ...here, exercises, challenges: { ...copied.challenges, ...here.challenges }, tries: { ...copied.tries, ...here.tries } };
};

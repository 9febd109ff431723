// A saved copy: what of it can be trusted, and how it is added to what is there without losing anything of either.
import { isTable, tableOf } from "./store.js";

const only = (table, keep) => Object.fromEntries(Object.entries(table).filter(([name, value]) => keep(value, name)));

const FIELDS = {
  answer: (v) => typeof v === "string" && v.length <= 10_000, checked: (v) => typeof v === "boolean",
  tries: (v) => Number.isInteger(v) && v >= 0, hints: (v) => Number.isInteger(v) && v >= 0,
  seen: (v) => typeof v === "boolean", solved: (v) => typeof v === "boolean",
};
const tidyRecord = (record) => only(record, (value, name) => Object.hasOwn(FIELDS, name) && FIELDS[name](value));

const refused = (key) => Object.assign(new Error(key), { key });

// The tables of a file's text; throws an Error whose `key` names what to say.
export const readCopy = (text) => {
  let all;
  try { all = JSON.parse(text); } catch { throw refused("no_file"); }
  const kinds = ["exercises", "challenges", "tries"];
  const isOurs = isTable(all) && Number.isInteger(all.version) && kinds.some((kind) => isTable(all[kind]));
  if (!isOurs) throw refused("no_record");
  if (all.version > 1) throw refused("later_version");
  const records = Object.entries(only(tableOf(all, "exercises"), isTable));
  const [challenges, tries] = ["challenges", "tries"].map((kind) => only(tableOf(all, kind), (value) => value === true));
  return { exercises: Object.fromEntries(records.map(([key, one]) => [key, tidyRecord(one)])), challenges, tries };
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
  const known = new Map(Object.entries(tableOf(here, "exercises")));
  for (const [key, record] of Object.entries(copied.exercises)) {
    const mine = known.get(key);
    known.set(key, mergeRecords(isTable(mine) ? mine : {}, record));
  }
  const both = (kind) => ({ ...copied[kind], ...tableOf(here, kind) });
  return { ...here, exercises: Object.fromEntries(known), challenges: both("challenges"), tries: both("tries") };
};

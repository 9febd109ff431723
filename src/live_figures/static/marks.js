// What is kept of one exercise: { answer, checked, tries, hints, seen, solved }; and how far that is.
import { isTable, recall, remember } from "./store.js";

const KIND = "exercises";

export const recordOf = (key) => { const known = recall(KIND, key); return isTable(known) ? known : {}; };
export const note = (key, changes) => remember(KIND, key, { ...recordOf(key), ...changes });

// How far that is: solved, or the solution was seen, or it was tried, or none of these.
export const markOf = (record) => (record?.solved ? "solved" : record?.seen ? "seen" : record?.tries ? "tried" : "new");

// The part of a figure that guides its reader: tries, then challenges.
import { Guide } from "./tries.js";

globalThis.LiveParts = { ...globalThis.LiveParts, tries: { attach: (figure, entry) => new Guide(figure, entry) } };

// The part of a figure that says where a touched number comes from.
import { Explain } from "./explain.js";

globalThis.LiveParts = { ...globalThis.LiveParts, explain: { attach: (figure, entry) => new Explain(figure, entry) } };

// The kind of view that is two texts with lines between them.
import { Linked } from "./linked.js";

globalThis.LiveParts = { ...globalThis.LiveParts, linked: { attach: (figure, view) => new Linked(figure, view) } };

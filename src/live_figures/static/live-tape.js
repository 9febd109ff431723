// The kind of view that is a line which the reader types, with lanes under its characters.
import { Tape } from "./tape.js";

globalThis.LiveParts = { ...globalThis.LiveParts, tape: { attach: (figure, view) => new Tape(figure, view) } };

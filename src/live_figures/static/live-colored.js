// The kind of view that is a text coloured by an array.
import { Colored } from "./colored.js";

globalThis.LiveParts = { ...globalThis.LiveParts, colored: { attach: (figure, view) => new Colored(figure, view) } };

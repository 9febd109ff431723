// Exercises on a page, and their questions in a notebook: it stands alone, so that a page without figures does not load
// the figures' runtime.
import { LiveExercise } from "./exercise.js";
import { LiveQuestion } from "./question.js";

if (!customElements.get("live-question")) {
  customElements.define("live-question", LiveQuestion);
  customElements.define("live-exercise", LiveExercise);
}

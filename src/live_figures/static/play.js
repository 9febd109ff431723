// What a Play button does: one step every so often, until it is pressed again or there is no next step.
import { reduced } from "./page.js";

export class Player {
  // `step(elapsed)` runs at once and then every `every` ms; where motion is unwelcome, a press is one step.
  toggle(button, every, step) {
    if (this.button) { this.stop(); return; }
    this.button = button;
    step(0);
    if (!this.button) return;
    if (reduced.matches) { this.button = null; return; }
    let last = performance.now();
    button.ariaPressed = "true";
    const tick = (now) => {
      if (now - last >= every - 4) { step(now - last); last = now; }
      if (this.button) this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }

  stop() {
    cancelAnimationFrame(this.frame);
    if (this.button) this.button.ariaPressed = "false";
    this.button = null;
  }
}

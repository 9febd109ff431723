// <live-question>: a question to answer before computing, written by live_figures/page.py. It stands alone, so that a page
// with questions and no figures does not load the figures' runtime.
(() => {
"use strict";
if (customElements.get("live-question")) return;

class LiveQuestion extends HTMLElement {
  connectedCallback() {
    if (this.spec) return;
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => this.begin(), { once: true });
    else this.begin();
  }

  begin() {
    this.spec = JSON.parse(this.querySelector("script.live-spec").textContent);
    this.form = this.querySelector("form");
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.check(true); });
    const kept = this.remembered();
    if (kept !== null) { this.given = kept; this.check(false); }
    this.setAttribute("ready", "");
  }

  get inputs() { return [...this.form.querySelectorAll("input")]; }
  get given() {
    return this.spec.choices ? this.inputs.find((i) => i.checked)?.value ?? "" : this.inputs[0].value.trim();
  }
  set given(value) {
    if (this.spec.choices) this.inputs.forEach((i) => { i.checked = i.value === value; });
    else this.inputs[0].value = value;
  }

  get key() { return `live-question:${location.pathname}:${this.spec.name}`; }
  remembered() { try { return localStorage.getItem(this.key); } catch { return null; } }   // storage may be forbidden
  remember(value) { try { localStorage.setItem(this.key, value); } catch { /* then it is asked again next time */ } }

  verdict() {
    const { choices, answer, tolerance, right, hint } = this.spec, given = this.given;
    if (given === "") return ["open", choices ? "Pick one first." : "Type a number first."];
    if (choices) return [given === answer ? "right" : "wrong", choices[given]];
    const number = Number(given.replace(",", ".").replace("−", "-"));
    if (!Number.isFinite(number)) return ["open", "That is not a number."];
    if (Math.abs(number - answer) <= tolerance) return ["right", right];
    return ["wrong", `Not ${given}. ${hint}`];
  }

  check(keep) {
    const [state, message] = this.verdict();
    const element = this.querySelector(".verdict");
    element.className = `verdict verdict-${state}`;
    element.textContent = `${{ right: "✓", wrong: "✗", open: "○" }[state]} ${message}`;
    if (keep && state !== "open") this.remember(this.given);
  }
}

customElements.define("live-question", LiveQuestion);
})();

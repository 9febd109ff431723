// What completes a try, as live_figures/claims.py says it (Try.done): nothing here touches the page.

export const within = (value, wanted) =>
  (Array.isArray(wanted) ? wanted[0] <= value && value <= wanted[1] : value === wanted);

// Whether these control values, and the outputs they give, complete a try; `number` gives an output's value.
export const done = ({ states, met }, values, number) =>
  (met ? number(met) > 0 : Object.entries(states.at(-1)).every(([name, wanted]) => within(values[name], wanted)));

// A value of a state that can be set: for a range its middle.
export const settable = (wanted, { integer }) => {
  if (typeof wanted?.[1] !== "number") return wanted;
  const middle = (wanted[0] + wanted[1]) / 2;
  return integer ? Math.floor(middle) : middle;
};

const NEAR = 0.02;            // of a slider's track: two or three pixels on a phone, which no finger can tell apart

// Whether a slider stands so near to a state's value that a reader must mean it; `others` are values to pass on the way.
export const near = (control, value, wanted, others) => {
  if (control.kind !== "slider") return false;
  const place = control.log ? Math.log10 : Number, track = place(control.max) - place(control.min);
  const far = (end) => Math.abs(place(settable(end, control)) - place(value)) / track;
  return far(wanted) < NEAR && others.every((other) => far(other) > far(wanted));
};

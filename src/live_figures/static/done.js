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

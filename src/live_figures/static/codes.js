// A text of any characters as the codes that a program reads: what LongText in live_figures/controls.py does.

// Every line ends with one newline; half of a character that JavaScript may hold becomes the sign for what is unreadable.
export const tidy = (text) => text.replace(/\r\n?/g, "\n").replace(/\p{Surrogate}/gu, "\ufffd");

export const encode = ({ alphabet, unknown, max }, text) => {
  const codes = new Int32Array(max).fill(-1), places = new Map([...alphabet].map((character, k) => [character, k]));
  let k = 0;
  for (const character of text) codes[k++] = places.get(character) ?? unknown;
  return codes;
};

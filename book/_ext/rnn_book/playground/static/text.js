// A text as the programs read it: what `encoded` in helpers/playground/text.py does.

// `codes`, one for each sign: the rank of its frequency, the last of all for those beyond; how many kinds there are; and
// the sign of each code.
export const encoded = (text, { fold, signs: most }) => {
  const folded = [...text].map((sign) => fold[sign] ?? sign), counts = new Map();
  for (const sign of folded) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  const ranked = [...counts].sort((a, b) => b[1] - a[1]).map(([sign]) => sign);
  const signs = ranked.length <= most ? ranked : ranked.slice(0, most - 1), code = new Map(signs.map((sign, k) => [sign, k]));
  return { codes: folded.map((sign) => code.get(sign) ?? most - 1), kinds: ranked.length, signs };
};

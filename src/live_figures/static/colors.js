// Colours: of a dark page, and of a scale from 0 to 1 in steps.

export const recolor = (value, map) => {
  if (typeof value === "string") return map[value.toLowerCase()] ?? value;
  if (Array.isArray(value)) return value.map((v) => recolor(v, map));
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, recolor(v, map)]));
  return value;
};

export const SHADES = 1024;   // steps of a colour scale: fine enough to be within one of 255 of Plotly's colours
export const colorTable = (scale) => {
  const stops = scale.map(([at, color]) => [at, toRgb(color)]);
  const table = new Uint8ClampedArray((SHADES + 1) * 3);
  for (let k = 0, s = 0; k <= SHADES; k++) {
    while (s < stops.length - 2 && k / SHADES > stops[s + 1][0]) s++;
    const [[a, from], [b, to]] = [stops[s], stops[s + 1]];
    for (let c = 0; c < 3; c++) table[3 * k + c] = Math.round(from[c] + (to[c] - from[c]) * ((k / SHADES - a) / (b - a)));
  }
  return table;
};
const toRgb = (color) => [1, 3, 5].map((k) => parseInt(color.slice(k, k + 2), 16));   // #rrggbb, as live_figures/raster.py wants it

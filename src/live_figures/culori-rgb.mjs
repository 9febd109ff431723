// The part of culori that plotly.js uses: colours written as CSS names, hex, rgb() and hsl(). The package's common entry
// brings thirty colour spaces, 18 KB gzipped, which plotly's require() keeps from being left out.
import { modeHsl, modeLrgb, modeRgb, useMode } from "../../node_modules/culori/src/index-fn.js";

[modeRgb, modeHsl, modeLrgb].forEach(useMode);
export { converter, formatHex, formatRgb, wcagContrast, wcagLuminance } from "../../node_modules/culori/src/index-fn.js";

// The plotly.js bundle of the book: the core (scatter with it) and the two other trace types of helpers.plots.
// `npm run build` writes it to _build/vendor/plotly.min.js; page.py refuses figures with other trace types.
const Plotly = require("plotly.js/lib/core");
Plotly.register([require("plotly.js/lib/bar"), require("plotly.js/lib/heatmap")]);
module.exports = Plotly;

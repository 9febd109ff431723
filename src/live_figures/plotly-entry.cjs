// The plotly.js behind *Zoom*: the trace types that a drawing has (drawing/chart.py), with the components that plots
// use. plotly's own core registers sliders, menus, images and range selectors too: 22 KB gzipped for nothing.
// `npm run build` writes it to static/built/plotly.min.js.
require("plotly.js/build/plotcss");
const { register } = require("plotly.js/src/registry");
const api = require("plotly.js/src/plot_api");

for (const [name, fn] of Object.entries(api)) register({ moduleType: "apiMethod", name, fn });
register([
  require("plotly.js/src/traces/scatter"),
  require("plotly.js/src/components/annotations"),
  require("plotly.js/src/components/selections"),
  require("plotly.js/src/components/shapes"),
  require("plotly.js/src/components/grid"),
  require("plotly.js/src/components/errorbars"),
  require("plotly.js/src/components/colorscale"),
  require("plotly.js/src/components/colorbar"),
  require("plotly.js/src/components/legend"), // after shapes, on which its defaults depend
  require("plotly.js/src/components/fx"), // after the legend, for the same reason
  require("plotly.js/src/components/modebar"),
  require("plotly.js/src/locale-en"),
  require("plotly.js/src/locale-en-us"),
  require("plotly.js/lib/bar"),
  require("plotly.js/lib/heatmap"),
]);
module.exports = api;

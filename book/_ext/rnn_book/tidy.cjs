// Cuts one style sheet or script down. On stdin, JSON: {css, words} or {script}; on stdout, what is left of it.
const { readFileSync } = require("node:fs");

// A rule stays where every class, id, tag and attribute of its selector is among the words.
async function purge({ css, words }) {
  const { PurgeCSS } = require("purgecss");
  const content = [{ raw: words.join(" "), extension: "html" }];
  const [{ css: kept }] = await new PurgeCSS().purge({
    content, css: [{ raw: css }], defaultExtractor: (text) => text.split(" "),
  });
  return kept;
}

// A console message of a theme's script would hide a real one from whoever reads the console.
async function quiet({ script }) {
  const { transform } = require("esbuild");
  const { code } = await transform(script, { pure: ["console.log"], minifySyntax: true, minifyWhitespace: true, legalComments: "inline" });
  return code;
}

const request = JSON.parse(readFileSync(0, "utf8"));
(request.script === undefined ? purge(request) : quiet(request)).then((text) => process.stdout.write(text));

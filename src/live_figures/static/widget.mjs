// A live figure as an anywidget. Small, since hosts give up on a module that is slow to come: the figure is a trait of
// its model, the runtime one of a model that all figures share; or both stand in `own`, see live_figures/export.py.
const own = null;

const unzipped = (bytes) => new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
const unpacked = async (bytes) => JSON.parse(await unzipped(bytes));
const imported = async (text) => {
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try { return await import(url); } finally { URL.revokeObjectURL(url); }
};

// The runtime, once a page; what failed is tried again by the next figure.
const shared = async (model) => {
  const [, id] = model.get("_runtime").split("IPY_MODEL_");
  return unpacked((await model.widget_manager.get_model(id)).get("packed"));
};
const start = async (model) => {
  const { css, js } = own?.runtime ?? await shared(model);
  await imported(js);
  return css;
};
const runtime = (model) => globalThis.LiveRuntime ??= start(model).catch((error) => {
  delete globalThis.LiveRuntime;
  throw error;
});

// A module of its own for every figure shown: a name may stand for another program by now.
const programOf = async ({ name, js }) =>
  (await imported(`const self = {};\n${js}\nexport default self.LiveModules[${JSON.stringify(name)}];`)).default;

export default {
  async render({ model, el }) {
    try {
      const css = await runtime(model), figure = own?.figure ?? await unpacked(model.get("_figure"));
      const zoom = own ? null : async (bytes) => imported(await unzipped(bytes));
      return globalThis.LiveShown({ ...figure, model, el, css, zoom, module: programOf(figure) });
    } catch (error) {
      el.textContent = error.message;
      throw error;
    }
  },
};

"""A page that shows anywidgets as JupyterLab does, and the kernel's side: a widget whose messages go to that page."""

from __future__ import annotations

import base64
import itertools
import json

from live_figures.widget import LiveWidget

__all__ = ["Kernel", "HOST"]

# A model that does what those of ipywidgets do: `set` tells every view, `save_changes` sends what has changed.
HOST = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A notebook</title>
<link rel="icon" href="data:,"><style>body { margin: 8px; background: #fff } body.dark { background: #111 }
:root { font-size: 10px } label { font-weight: bold } svg:not(:root) { overflow: hidden }</style></head>
<body><h1>A notebook</h1><script type="module">
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const decoded = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
const encoded = (buffer) => btoa(Array.from(new Uint8Array(buffer), (c) => String.fromCharCode(c)).join(""));
class Model {
  constructor(id, state) { Object.assign(this, { id, state, changed: {}, listeners: [] }); }
  get(name) { return this.state[name]; }
  set(name, value) {
    if (same(this.state[name], value)) return;
    this.state[name] = this.changed[name] = value;
    this.trigger(`change:${name}`);
  }
  on(name, callback, context) { this.listeners.push([name, callback, context]); }
  off(name, callback, context) {
    const other = (given, held) => given && given !== held;
    this.listeners = this.listeners.filter(([n, c, x]) => other(name, n) || other(callback, c) || other(context, x));
  }
  trigger(name, ...given) { for (const [n, callback] of [...this.listeners]) if (n === name) callback(...given); }
  save_changes() {
    const state = this.changed;
    this.changed = {};
    if (Object.keys(state).length) this.post({ method: "update", state, buffer_paths: [] }, []);
  }
  send(content, _callbacks, buffers = []) { this.post({ method: "custom", content }, buffers.map(encoded)); }
  async post(data, buffers) {
    for (const answer of await window[`toKernel${this.id}`](JSON.stringify({ data, buffers }))) this.hear(answer);
  }
  hear({ data, buffers }) {
    if (data.method === "update") {
      Object.entries(data.state).forEach(([name, value]) => this.set(name, value));
      this.changed = {};
    } else if (data.method === "custom") this.trigger("msg:custom", data.content, buffers.map(decoded));
  }
}
const models = window.models = {}, views = window.views = {};
window.openModel = (id, state, binary) => {
  for (const name of binary) state[name] = decoded(state[name]);
  models[id] = new Model(id, state);
};
// One more view of a model; `detached` is put on the page later, as a notebook does with cells that are out of sight.
window.openView = async (id, view, { detached = false, shadow = false, before = "" } = {}) => {
  const el = Object.assign(document.createElement("div"), { id: view }), context = {}, model = models[id];
  const cell = document.body.appendChild(document.createElement("div"));
  const place = shadow ? cell.attachShadow({ mode: "open" }) : cell;
  place.innerHTML = before;
  if (!detached) place.append(el);
  const proxy = { get: model.get.bind(model), set: model.set.bind(model), send: model.send.bind(model),
    save_changes: model.save_changes.bind(model), on: (name, callback) => model.on(name, callback, context),
    off: (name, callback) => model.off(name, callback, context),
    widget_manager: { get_model: async (other) => models[other] } };
  const url = URL.createObjectURL(new Blob([model.get("_esm")], { type: "text/javascript" }));
  const close = await (await import(url)).default.render({ model: proxy, el });
  const remove = () => { model.off(null, null, context); close(); el.remove(); };
  views[view] = { attach: () => place.append(el), detach: () => el.remove(), remove };
};
</script></body></html>"""


def _state(widget) -> tuple[dict, list[str]]:
    """The traits of a widget as its page receives them, bytes as base64, and the names of those."""
    state = {name: value for name, value in widget.get_state().items() if isinstance(value, (bytes, str, dict))}
    binary = [name for name, value in state.items() if isinstance(value, bytes)]
    return state | {name: base64.b64encode(state[name]).decode() for name in binary}, binary


class Kernel:
    """The widget of a figure, and the wire between it and the page in `tab`, on which the host stands."""

    kernel, opened = True, itertools.count()

    def __init__(self, tab, figure, **controls):
        self.tab, self.comm_id, self.queue = tab, f"Comm{next(self.opened)}", []
        self.widget = LiveWidget(figure, **controls)
        self.widget.comm = self
        tab.expose_function(f"toKernel{self.comm_id}", self._hear)
        for widget, name in ((self.widget._runtime, self.widget._runtime.model_id), (self.widget, self.comm_id)):
            tab.evaluate("given => window.openModel(...given)", [name, *_state(widget)])

    def view(self, ready: bool = True, **how):
        """One more view of the widget on the page: its `<live-figure>`, which answers to input if it is `ready`."""
        view = f"view{next(self.opened)}"
        self.tab.evaluate("given => window.openView(...given)", [self.comm_id, view, how])
        figure = self.tab.locator(f"#{view} live-figure")
        if ready:
            self.tab.wait_for_selector(f"#{view} live-figure[ready]")
        return figure

    def flush(self) -> None:
        """Send the page what Python has said."""
        answers, self.queue = self.queue, []
        self.tab.evaluate("([id, answers]) => answers.forEach((answer) => window.models[id].hear(answer))",
                          [self.comm_id, answers])

    def _hear(self, text: str) -> list:
        message = json.loads(text)
        buffers = [base64.b64decode(buffer) for buffer in message["buffers"]]
        self.widget._handle_msg({"content": {"data": message["data"]}, "buffers": buffers})
        answers, self.queue = self.queue, []
        return answers

    # ---------------------------------------------------------------- what ipywidgets asks of a comm

    def send(self, data=None, metadata=None, buffers=None):
        """Keep a message of the widget for the page."""
        encoded = [base64.b64encode(buffer).decode() for buffer in buffers or ()]
        self.queue.append({"data": data, "buffers": encoded})

    def on_msg(self, callback):
        """The page's messages are handed to the widget itself."""

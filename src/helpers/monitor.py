"""Watch a recurrent torch model while it trains: loss, gradient norms by parameter and by lag, gates, a stop button."""

from __future__ import annotations

import html
import threading
from collections import defaultdict
from collections.abc import Callable

import numpy as np
import torch
from plotly.subplots import make_subplots

from live_figures.host import widgets_work

from . import plots
from ._validate import as_floats, expect_counts, expect_shape
from .gates import backpropagate, inspect
from .kinds import kind_of_module, torch_modules

__all__ = ["Monitor"]

SATURATED = 0.05  # a gate this near to 0 or 1, or a tanh this near to -1 or 1, hardly moves any more
TINY = 1e-30  # drawn instead of an exact zero, which a logarithmic axis does not have


class Monitor:
    """What happens inside the first `torch.nn.RNN`, `LSTM` or `GRU` of `model` while it trains.

    Pass it to `helpers.training.fit` as `callback`, or call `record(loss)` after each `loss.backward()` of your own
    loop, and stop when that returns True. Show it in a notebook cell to see it move; `start(f)` runs the training in a
    thread so that its stop button works. Gradients are seen as autograd leaves them, before any clipping.

    `every`: how many backward passes between two looks at states and gates. Attributes: `steps`, `losses` (one a
    record), `parameter_norms` {name: list}, `looks` (the pass of each look), `lag_norms` (list of arrays, norm of
    dL/dh_t of the last layer, the last step first), `gates` {name: list of (mean, share saturated)}.
    Raises TypeError for a model without a recurrent layer or a loss that is no number, ValueError for `every` below 1
    or a loss that is several.
    """

    def __init__(self, model: torch.nn.Module, *, every: int = 20):
        modules = model.modules() if isinstance(model, torch.nn.Module) else ()
        self.layer = next((m for m in modules if isinstance(m, tuple(torch_modules()))), None)
        if self.layer is None:
            raise TypeError(f"model: expected one with a torch.nn.RNN, LSTM or GRU, got {type(model).__name__}")
        expect_counts(every=every)
        self.every, self.stopped, self.error, self.note = every, False, None, ""
        self.steps, self.losses, self.looks, self.lag_norms = [], [], [], []
        self.parameter_norms, self.gates = defaultdict(list), defaultdict(list)
        self._passes, self._norms, self._call, self._screen = 0, {}, None, None
        self._hooks = [self.layer.register_forward_hook(self._forward, with_kwargs=True)]
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                hook = parameter.register_post_accumulate_grad_hook(lambda p, name=name: self._parameter(name, p))
                self._hooks.append(hook)

    # What training tells the monitor

    def __call__(self, step: int, model, loss: float, grad_norm: float) -> bool:
        """A `callback` of `helpers.training.fit`; returns True, which ends the training, once stopped."""
        return self._record(step, float(loss))

    def record(self, loss) -> bool:
        """Record one step of your own loop, after `loss.backward()`; returns True once the stop button was pressed."""
        loss = as_floats("loss", loss)
        expect_shape("loss", loss, ())
        return self._record(len(self.steps) + 1, loss.item())

    def _record(self, step: int, loss: float) -> bool:
        self.steps.append(step)
        self.losses.append(loss)
        for name, norm in self._norms.items():
            self.parameter_norms[name].append(norm)
        if self._screen is not None:
            self._screen.update()
        return self.stopped

    def _parameter(self, name: str, parameter) -> None:
        self._norms[name] = float(parameter.grad.norm())

    def _forward(self, layer, arguments, keywords, result) -> None:
        output, last = result
        if not torch.is_grad_enabled() or not output.requires_grad:
            return  # an evaluation, not a training pass
        self._passes += 1
        if (self._passes - 1) % self.every:
            return
        self._call = {"x": arguments[0], "state": arguments[1] if len(arguments) > 1 else keywords.get("hx")}
        output.register_hook(lambda grad: self._gradient("output", grad))
        h_n = last[0] if isinstance(last, tuple) else last
        h_n.register_hook(lambda grad: self._gradient("last", grad))
        if isinstance(last, tuple):
            last[1].register_hook(lambda grad: self._gradient("cell", grad))

    def _gradient(self, name: str, grad) -> None:
        """One of the gradients that flow back into the layer; the look is taken once autograd is done with the pass."""
        call = self._call
        if "output" not in call and "last" not in call:
            torch.autograd.Variable._execution_engine.queue_callback(lambda: self._look(call))
        call[name] = grad.detach()
        if name == "cell" and grad.abs().max() > 0:
            self.note = "The loss also reads c_n; the gradient by lag leaves that path out."

    def _look(self, call: dict) -> None:
        try:
            seen = inspect(self.layer, call["x"], call["state"])
        except (TypeError, ValueError, FloatingPointError) as error:
            self.note = f"States and gates are not shown: {error}"
            return
        output = call.get("output")
        grad = np.zeros_like(seen.output) if output is None else _time_first(self.layer, output)
        top = [entry for entry in backpropagate(seen, grad, call.get("last")) if not entry.reverse][-1]
        self.looks.append(self._passes)
        self.lag_norms.append(top.grads.norm_h[::-1])
        trace = seen[self.layer.num_layers - 1]
        kind = kind_of_module(self.layer)
        for gate in kind.gates:
            value = getattr(trace, gate)
            self.gates[gate].append((value.mean(), np.mean((value < SATURATED) | (value > 1 - SATURATED))))
        field, name = kind.state
        state = np.abs(getattr(trace, field))
        self.gates[name].append((state.mean(), np.mean(state > 1 - SATURATED)))

    # What the reader asks of the monitor

    def start(self, training: Callable[[], object]) -> Monitor:
        """Run `training()` in a thread of its own, so that the cell returns and the stop button answers."""

        def work():
            try:
                training()
            except Exception as error:  # shown under the plots: a thread's own traceback would be lost
                self.error = error
            if self._screen is not None:
                self._screen.update()

        self.thread = threading.Thread(target=work, daemon=True)
        self.thread.start()
        return self

    def stop(self) -> None:
        """Ask the training to end after its present step."""
        self.stopped = True

    def close(self) -> None:
        """Take the hooks off the model again; what was recorded stays."""
        for hook in self._hooks:
            hook.remove()
        self._hooks = []

    def __enter__(self) -> Monitor:
        return self

    def __exit__(self, *_error) -> None:
        self.close()

    @property
    def status(self) -> str:
        """One line: where training stands, and what the plots leave out."""
        if self.error is not None:
            return f"Training ended with {type(self.error).__name__}: {self.error}"
        if not self.steps:
            return "Nothing recorded yet."
        line = f"Step {self.steps[-1]:,}: loss {self.losses[-1]:.4g}."
        return " ".join(filter(None, [line, "Stopped." if self.stopped else "", self.note]))

    def series(self) -> dict[str, dict[str, tuple[np.ndarray, np.ndarray]]]:
        """What the four plots draw: {panel: {line: (x, y)}}."""
        steps, looks = np.array(self.steps), np.array(self.looks)
        norms = {name: (steps[-len(v):], np.maximum(v, TINY)) for name, v in self.parameter_norms.items()}
        lags = {}
        if self.lag_norms:
            for name, k in {"first look": 0, "latest look": -1}.items():
                lags[name] = (np.arange(len(self.lag_norms[k])), np.maximum(self.lag_norms[k], TINY))
        gates = {}
        for name, values in self.gates.items():
            mean, saturated = np.array(values).T
            gates |= {f"{name} mean": (looks, mean), f"{name} saturated": (looks, saturated)}
        return {"loss": {"loss": (steps, np.array(self.losses))}, "parameters": norms, "lags": lags, "gates": gates}

    def figure(self):
        """The four plots as a plotly figure: loss, gradient norm by parameter and by lag, gates."""
        return _figure(self.series())

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        if not widgets_work():
            alt = f"Four plots of a training run: loss, gradient norms, gradient by lag, gates. {self.status}"
            return plots.show(self.figure(), alt=alt, caption=self.status)._repr_mimebundle_()
        self._screen = self._screen or _Screen(self)
        view = {"version_major": 2, "version_minor": 0, "model_id": self._screen.box.model_id}
        return {"application/vnd.jupyter.widget-view+json": view, "text/plain": self.status}


def _time_first(layer, grad) -> np.ndarray:
    grad = grad.cpu().numpy().astype(np.float64)
    if grad.ndim == 2:
        return grad[:, None, :]
    return grad.swapaxes(0, 1) if layer.batch_first else grad


PANELS = {  # panel: (title, x title, y title, kind of y axis), row by row
    "loss": ("Loss", "step", "loss", "linear"),
    "parameters": ("Gradient norms", "step", "norm", "log"),
    "lags": ("Gradient by lag", "steps before the last", "norm", "log"),
    "gates": ("Gates and states", "training pass", "mean, saturated", "linear"),
}


def _figure(series: dict):
    titles = [title for title, *_ in PANELS.values()]
    fig = make_subplots(2, 2, horizontal_spacing=0.19, vertical_spacing=0.2, subplot_titles=titles)
    fig.update_layout(template=plots.TEMPLATE, height=620, showlegend=False)
    for k, (name, (_, x_title, y_title, kind)) in enumerate(PANELS.items()):
        place = {"row": k // 2 + 1, "col": k % 2 + 1}
        fig.update_xaxes(title_text=x_title, **place)
        fig.update_yaxes(title_text=y_title, type=kind, exponentformat="power", **place)
        fig.layout.annotations[k].update(x=(0, 0.56)[k % 2], xanchor="left", font=None)
        for n, (line, (xs, ys)) in enumerate(series[name].items()):
            fig.add_scatter(x=xs, y=ys, name=line, mode="lines", **place,
                            line={"color": plots.COLORS[n % len(plots.COLORS)], "width": 2,
                                  "dash": plots.DASHES[n % len(plots.DASHES)]},
                            hovertemplate=f"{html.escape(line)}: %{{y:.3g}}<extra></extra>")
    return fig


class _Screen:
    """The monitor as widgets: the plots, a status line and the stop button."""

    def __init__(self, monitor: Monitor):
        import ipywidgets
        import plotly.graph_objects as go

        self.monitor = monitor
        self.plot = go.FigureWidget(monitor.figure())
        self.status = ipywidgets.HTML(html.escape(monitor.status))
        self.button = ipywidgets.Button(description="Stop training")
        self.button.on_click(lambda _: monitor.stop())
        self.box = ipywidgets.VBox([ipywidgets.HBox([self.button, self.status]), self.plot])

    def update(self) -> None:
        series = self.monitor.series()
        lines = [(panel, line) for panel in PANELS for line in series[panel]]
        with self.plot.batch_update():
            if [trace.name for trace in self.plot.data] != [line for _, line in lines]:
                self.plot.data = []
                self.plot.add_traces(_figure(series).data)
            for trace, (panel, line) in zip(self.plot.data, lines, strict=True):
                trace.x, trace.y = series[panel][line]
        self.status.value = html.escape(self.monitor.status)
        self.button.disabled = self.monitor.stopped

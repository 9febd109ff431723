"""Watch a recurrent torch model while it trains: loss, gradient norms by parameter and by lag, gates, a stop button."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable

import numpy as np
import torch

from live_figures.host import on_page, widgets_work

from . import plots, training
from ._background import Job, in_kernel
from ._monitor_plots import PANELS, page_html, panel, together
from ._validate import as_floats, expect_counts, expect_shape
from .gates import backpropagate, inspect
from .kinds import kind_of_module, torch_modules

__all__ = ["Monitor"]

SATURATED = 0.05  # a gate this near to 0 or 1, or a tanh this near to -1 or 1, hardly moves any more
ALT = "Four plots of a training run: loss, gradient norms, gradient by lag, gates."
TINY = 1e-30  # drawn instead of an exact zero, which a logarithmic axis does not have


class Monitor:
    """What happens inside the first `torch.nn.RNN`, `LSTM` or `GRU` of `model` while it trains.

    `fit(...)` trains it as `helpers.training.fit` does. In a notebook it does so in a thread: the cell shows the plots,
    which move, and a stop button; `wait()` in a later cell gives the History. A loop of your own calls `record(loss)`
    after each `loss.backward()`, and ends when that returns True; `start(loop)` runs it in a thread. Gradients are seen
    as autograd leaves them, before any clipping.

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
        self.model, self.every, self.stopped, self.note = model, every, False, ""
        self.steps, self.losses, self.looks, self.lag_norms = [], [], [], []
        self.parameter_norms, self.gates = defaultdict(list), defaultdict(list)
        self._passes, self._norms, self._call = 0, {}, None
        self._job, self._screen, self._steps, self._lock = None, None, None, threading.Lock()
        self._telling = threading.Lock()
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
        with self._lock:
            self.steps.append(step)
            self.losses.append(loss)
            for name, norm in self._norms.items():
                self.parameter_norms[name].append(norm)
        self._tell()
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
        trace = seen[self.layer.num_layers - 1]
        kind = kind_of_module(self.layer)
        field, name = kind.state
        state = np.abs(getattr(trace, field))
        with self._lock:
            self.looks.append(self._passes)
            self.lag_norms.append(top.grads.norm_h[::-1])
            for gate in kind.gates:
                value = getattr(trace, gate)
                self.gates[gate].append((value.mean(), np.mean((value < SATURATED) | (value > 1 - SATURATED))))
            self.gates[name].append((state.mean(), np.mean(state > 1 - SATURATED)))

    # What the reader asks of the monitor

    def fit(self, batch: Callable, steps: int, **how) -> Monitor:
        """Train the model for `steps` batches, watched; put it last in a cell to see it.

        `how` is what `helpers.training.fit` takes: loss, lr, clip, seed, every, optimizer. In a notebook the training
        runs in a thread, and the cell returns at once; elsewhere it has ended when this returns. Raises as `start`,
        and elsewhere what the training raises.
        """
        self.start(lambda: training.fit(self.model, batch, steps, callback=self, label="", **how), steps)
        if not in_kernel() or not widgets_work():
            self.wait()
        return self

    def start(self, training: Callable[[], object], steps: int | None = None) -> Monitor:
        """Run `training()`, of so many `steps` if that is known, in a thread, so that the stop button answers.

        Raises RuntimeError while this monitor's training before still runs.
        """
        if self.running:
            raise RuntimeError("this monitor's training still runs: call its `wait()` or its `stop()` first")
        self.stopped, self._steps = False, steps
        self._job = Job(training, self.stop, self._tell)
        self._tell()
        return self

    @property
    def running(self) -> bool:
        """Whether a training that `fit` or `start` began still runs."""
        return self._job is not None and self._job.running

    def stop(self) -> None:
        """Ask the training to end after its present step."""
        self.stopped = True
        self._tell()

    def wait(self):
        """Wait until the training has ended and return what it returned (of `fit`: the History), or raise its error.

        Jupyter's stop button ends the training meanwhile. Raises RuntimeError where none was started.
        """
        return self._begun().result()

    @property
    def history(self):
        """What the training returned; raises RuntimeError while it runs, and as `wait`."""
        if self._begun().running:
            raise RuntimeError("the training still runs: the monitor's `wait()` waits for its end")
        return self.wait()

    def _begun(self) -> Job:
        if self._job is None:
            raise RuntimeError("this monitor has trained nothing yet: call its `fit(batch, steps, loss=...)`")
        return self._job

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
    def progress(self) -> str:
        """One line: how far the training is, and what the plots leave out."""
        if not self.steps:
            return "Nothing recorded yet."
        of = f" of {self._steps:,}" if self._steps else ""
        return " ".join(filter(None, [f"Step {self.steps[-1]:,}{of}: loss {self.losses[-1]:.4g}.", self.note]))

    @property
    def state(self) -> str:
        """One line: whether the training runs, or how it ended."""
        if self._job is not None and (error := self._job.error) is not None:
            return f"The training ended with {type(error).__name__}: {error}"
        if self.running:
            return "Stopping after this step." if self.stopped else "Training."
        if self.stopped:
            return "Stopped. The model keeps what it has learnt."
        return "" if self._job is None else "Done."

    @property
    def status(self) -> str:
        """`progress` and `state` in one line."""
        return f"{self.progress} {self.state}".rstrip()

    def series(self) -> dict[str, dict[str, tuple[np.ndarray, np.ndarray]]]:
        """What the four plots draw: {panel: {line: (x, y)}}."""
        with self._lock:
            return self._series()

    def _series(self) -> dict:
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
        return together(self.series())

    def _repr_mimebundle_(self, include=None, exclude=None):
        if on_page() and self.steps:
            return {"text/html": page_html(self._view()[0], self.status), "text/plain": self.status}
        if not widgets_work():
            return plots.show(self.figure(), alt=f"{ALT} {self.status}", caption=self.status)._repr_mimebundle_()
        if self._screen is None:
            from live_figures.watch import Watch  # needs anywidget, as `widgets_work` found

            self._screen = Watch(self._view, self.stop, button="Stop training", alt=ALT)
        self._tell()
        return self._screen._repr_mimebundle_(include=include, exclude=exclude)

    def _view(self) -> tuple[dict, str]:
        """What the screen shows: the plots by their titles, and how far the training is."""
        drawn = {name: lines for name, lines in self.series().items() if any(len(ys) for _, ys in lines.values())}
        return {PANELS[name][0]: panel(name, lines) for name, lines in drawn.items()}, self.progress

    def _tell(self) -> None:
        """Let the screen follow: one thread at a time, so that what is told last is what holds."""
        if self._screen is None:
            return
        with self._telling:
            self._screen.enabled = not self.stopped and (self._job is None or self.running)
            self._screen.said = self.state
        self._screen.soon()


def _time_first(layer, grad) -> np.ndarray:
    grad = grad.cpu().numpy().astype(np.float64)
    if grad.ndim == 2:
        return grad[:, None, :]
    return grad.swapaxes(0, 1) if layer.batch_first else grad

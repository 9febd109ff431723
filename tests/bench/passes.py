"""What each pass of the lowering buys: time and gzipped code without it, divided by those with every pass.

    python tests/bench/passes.py [PASS[+PASS ...] ...]

Measured in node, all programs of a row taking turns: the figures that compute longest, at the mean over moves of one
control, and a step of training an LSTM (forward, backward through time, clipping, Adam; B=32, H=16), every input new.
"""

from __future__ import annotations

import gzip
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from node import Node

__all__ = ["measure"]

FIGURES = {"tbptt_window": {}, "temperature": {}, "gradient_norms": {"activation": "relu"}, "non_normal": {}}
LENGTHS = (20, 50)
PROCESSES, SECONDS = 3, 2.0


def _figures():
    """(name, function that writes a module, key of the variant, inputs, constants, whether one input moves) of each."""
    from helpers import live
    from live_figures.compile import compile_figure, variant_key

    for name, chosen in FIGURES.items():
        figure = live.load(name)
        values = figure.values(**chosen)
        inputs = {c.name: np.asarray(c.array(values[c.name]), float) for c in figure.controls if not c.structural}

        def module(label, without, figure=figure):
            compiled = compile_figure(replace(figure, name=label), without)
            return compiled.js, compiled.code

        yield name, module, variant_key(figure, values), inputs, {}, True


def _training_step(xp, x, y, t, *state):
    """One step of Adam on the mean squared error of an LSTM's answer at the last time step."""
    from helpers.bptt import lstm_bptt
    from helpers.cells import LSTMParams
    from helpers.clipping import clip_by_norm
    from helpers.sequence import lstm

    weights, first, second = state[:5], state[5:10], state[10:]
    params = LSTMParams(*weights[:3])
    trace, length = lstm(params, x), x.shape[0]
    last = trace.h[length - 1, ...]
    error = (2 / x.shape[1]) * (last @ weights[3] + weights[4] - y)
    grad_h = xp.concat([xp.zeros_like(trace.h[: length - 1, ...]), (error @ weights[3].mT)[None, ...]], axis=0)
    grads = [*lstm_bptt(params, x, trace, grad_h).params[:3], last.mT @ error, xp.sum(error, axis=0)]
    flat = clip_by_norm(xp.concat([xp.reshape(g, (-1,)) for g in grads]), 1.0)
    sizes = np.cumsum([0, *(g.size for g in grads)]).tolist()
    grads = [xp.reshape(flat[a:b], g.shape) for g, a, b in zip(grads, sizes, sizes[1:], strict=False)]
    rate = 0.01 * xp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    first = [0.9 * m + 0.1 * g for m, g in zip(first, grads, strict=True)]
    second = [0.999 * v + 0.001 * g * g for v, g in zip(second, grads, strict=True)]
    new = [w - rate * m / (xp.sqrt(v) + 1e-8) for w, m, v in zip(weights, first, second, strict=True)]
    return (*new, *first, *second)


def _training():
    """The same for training steps of two lengths."""
    from tracing import program_of

    from live_figures.emit import Library, emit_program

    rng = np.random.default_rng(0)
    weights = [rng.normal(size=shape) / 4 for shape in ((2, 64), (16, 64), (64,), (16, 1), (1,))]
    for length in LENGTHS:
        x, y = rng.normal(size=(length, 32, 2)), rng.normal(size=(32, 1))
        inputs = [x, y, np.asarray(3.0), *weights, *([0.1 * w * w for w in weights] * 2)]

        def module(label, without, inputs=inputs):
            library = Library()
            text = emit_program(program_of(_training_step, inputs, without=without)[0], library)
            register = f"(self.LiveModules??={{}})[{label!r}]={{consts:{{}},variants:{{'':{text}}}}}"
            code = f"(()=>{{{library.source()}\n{register}}})()"
            return code, code

        constants = program_of(_training_step, inputs)[1]
        yield f"lstm_T{length}", module, "", {f"x{k}": v for k, v in enumerate(inputs)}, constants, False


def measure(chosen: list[tuple[str, ...]] | None = None) -> dict[str, float]:
    """Milliseconds with every pass; time and code without each, and without all of them, as ratios."""
    from live_figures.lower import PASSES

    rows = [(), *(chosen or [*((name,) for name in PASSES), PASSES])]
    titles = ["", *("all" if row == PASSES else "+".join(row) for row in rows[1:])]
    measured, totals = {}, [0] * len(rows)
    for name, module, key, inputs, constants, alone in (*_figures(), *_training()):
        labels = [f"{name} {k}" for k in range(len(rows))]
        modules = [module(label, without) for label, without in zip(labels, rows, strict=True)]
        sizes = [len(gzip.compress(code.encode(), 9)) for _, code in modules]
        times = _race(dict(zip(labels, modules, strict=True)), key, inputs, constants, alone)
        totals = [total + size for total, size in zip(totals, sizes, strict=True)]
        measured[f"{name}_ms"] = times[0]
        measured |= {f"{name}_without_{title}": time / times[0] for title, time in zip(titles, times, strict=True)}
    measured |= {f"code_without_{title}": total / totals[0] for title, total in zip(titles, totals, strict=True)}
    return {name: value for name, value in measured.items() if not name.endswith("_")}


def _race(modules, key, inputs, constants, alone):
    """The least time of each module in several processes: which functions are compiled how differs between them."""
    races = []
    for _ in range(PROCESSES):
        with Node() as node:
            for label, (js, _) in modules.items():
                node.load(label, js)
            races.append(node.race(list(modules), key, inputs, constants, alone, SECONDS))
    return [min(times) for times in zip(*races, strict=True)]


if __name__ == "__main__":
    for name, value in measure([tuple(arg.split("+")) for arg in sys.argv[1:]]).items():
        print(f"{name:50s} {value:8.3f}")

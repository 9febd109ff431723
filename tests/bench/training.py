"""How fast a page trains: steps a second of the playground's fused WebAssembly in float32, divided by torch's.

    python tests/bench/training.py

Both train the same network on the same batches (adding task, B=32, float32, one thread), every new batch copied in; in
torch with nn.RNN, nn.LSTM or nn.GRU (for the minGRU, of which torch has no module, a layer whose loop over time is in
Python), autograd and torch.optim.Adam as it comes; the ratios to Adam(fused=True) stand beside. They take turns, CHUNK
steps each, so that other load hits all of them; what counts is the processor's time, and a ratio is one of medians.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

__all__ = ["measure", "ratios", "stepper"]

LENGTHS, BATCHES, CHUNK = (5, 10, 20, 50, 100), 16, 8
SECONDS, SHORT = 12.0, 1.5  # for the two figures with a budget, and for every other shape
BEYOND = 128  # hidden units, more than are offered: where torch wins


def stepper(cell: str, hidden: int, bits: int = 32, task: str = "adding") -> str:
    """The script that trains one network."""
    from helpers import playground
    from live_figures.stepper import Part, compile_stepper

    state = playground.initial(cell, task, hidden, 0)

    def inputs(length):
        x, y = playground.draw(task, 0, 1, length)
        numbers = {name: np.zeros(()) for name in ("rate", "threshold")} | {name: np.asarray(0) for name in CHOICES}
        return {**state, "x": x, "y": y, **numbers}

    def run(a):
        options = {name: a[name] for name in ("rate", *CHOICES, "threshold")}
        new, told = playground.step(cell, task, {name: a[name] for name in state}, a["x"], a["y"], **options)
        return new | told

    return compile_stepper("net", {"step": Part(run, inputs)}, playground.LENGTHS, bits)["net.fused.js"]


CHOICES = {"optimiser": 2, "clip": 0}  # Adam, no clipping


def ratios(cell: str, hidden: int, length: int, script: str, seconds: float = SHORT) -> dict[str, float]:
    """Milliseconds a step in the page, and torch's divided by them: with Adam as it comes, and fused."""
    from node import Node

    from helpers import playground

    batches = [playground.draw("adding", 0, step, length) for step in range(1, BATCHES + 1)]
    given = {**playground.initial(cell, "adding", hidden, 0), **CHOICES, "rate": 0.01, "threshold": 1.0}
    runs = {"torch": _torch(cell, hidden, batches), "fused": _torch(cell, hidden, batches, fused=True)}
    times = {name: [] for name in ("page", *runs)}
    with Node() as node:
        node.trainer(script, "net", length, "step", given, [{"x": x, "y": y} for x, y in batches])
        node.train(200)  # until the fast code of every kernel is there
        for run in runs.values():
            run(3)
        end = time.perf_counter() + seconds
        while time.perf_counter() < end or len(times["page"]) < 5:
            times["page"].append(node.train(CHUNK))
            for name, run in runs.items():
                start = time.process_time()
                run(CHUNK)
                times[name].append((time.process_time() - start) / CHUNK * 1e3)
    page = median(times["page"])
    return {"ms": page} | {name: median(times[name]) / page for name in runs}


def _torch(cell: str, hidden: int, batches, fused: bool = False):
    """A function that takes steps in torch."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)
    modules = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "mingru": _min_gru(torch)}
    layer, out = modules[cell](batches[0][0].shape[-1], hidden), torch.nn.Linear(hidden, 1)
    optimiser = torch.optim.Adam([*layer.parameters(), *out.parameters()], lr=0.01, fused=fused)
    tensors = [[torch.tensor(a, dtype=torch.float32) for a in batch] for batch in batches]
    done = 0

    def run(steps):
        nonlocal done
        for _ in range(steps):
            x, y = tensors[done % len(tensors)]
            done += 1
            optimiser.zero_grad()
            loss = torch.nn.functional.mse_loss(out(layer(x)[0][-1]), y)
            loss.backward()
            optimiser.step()
            loss.item()  # the page shows it, too

    return run


def _min_gru(torch):
    class MinGRU(torch.nn.Module):
        def __init__(self, inputs, hidden):
            super().__init__()
            self.linear = torch.nn.Linear(inputs, 2 * hidden)

        def forward(self, x):
            z, n = self.linear(x).chunk(2, -1)
            z, states = z.sigmoid(), [torch.zeros_like(n[0])]
            for keep, new in zip(z, n, strict=True):
                states.append(torch.lerp(new, states[-1], keep))
            return torch.stack(states[1:]), None

    return MinGRU


def _all_ratios() -> dict[str, float]:
    """For LSTM(16) the ratios at two lengths; of every offered cell and size, at five lengths; and of a size beyond."""
    from helpers import playground

    out, script = {}, stepper("lstm", 16)
    for length in (20, 50):
        found = ratios("lstm", 16, length, script, SECONDS)
        out |= {f"train_T{length}_ms": found["ms"], f"train_T{length}_vs_torch": found["torch"],
                f"train_T{length}_vs_torch_fused": found["fused"]}  # fmt: skip
    for cell in playground.CELLS:
        for hidden in playground.SIZES:
            script = stepper(cell, hidden)
            for length in LENGTHS:
                out[f"train_{cell}_H{hidden}_T{length}_vs_torch"] = ratios(cell, hidden, length, script)["torch"]
    out["train_worst_vs_torch"] = min(value for name, value in out.items() if "_H" in name)
    playground.network.SIZES = *playground.SIZES, BEYOND
    found = ratios("lstm", BEYOND, 50, stepper("lstm", BEYOND))
    return out | {f"train_beyond_H{BEYOND}_T50_ms": found["ms"], f"train_beyond_H{BEYOND}_T50_vs_torch": found["torch"]}


def measure() -> dict[str, float]:
    """The ratios by name; measured in a fresh process, as BLAS reads its number of threads only when it is loaded."""
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, __file__, "--json"]
    run = subprocess.run(command, env=os.environ | one_thread, check=True, capture_output=True, text=True)
    return json.loads(run.stdout)


if __name__ == "__main__":
    if "--json" in sys.argv:
        print(json.dumps(_all_ratios()))
    else:
        for name, value in measure().items():
            print(f"{name:36s} {value:8.3f}")

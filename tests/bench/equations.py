"""How the NumPy equations compare in speed with torch: forward + backward of an LSTM, both on one thread.

    python tests/bench/equations.py

Ratios of medians, NumPy's forward pass with every intermediate and hand-derived backward pass over torch.nn.LSTM's
forward and autograd; H=32, T=100, 8 inputs. The two take turns in one process, so that other load hits both.
float64 is the precision of the whole course; float32, for which torch has a fused oneDNN kernel, is given beside it.
"""

import json
import os
import subprocess
import sys
import time
from statistics import median

__all__ = ["measure"]

STEPS, INPUTS, HIDDEN, REPEATS = 100, 8, 32, 41


def measure() -> dict[str, float]:
    """The ratios by name; measured in a fresh process, as BLAS reads its number of threads only when it is loaded."""
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    command = [sys.executable, __file__, "--json"]
    run = subprocess.run(command, env=os.environ | one_thread, check=True, capture_output=True, text=True)
    return json.loads(run.stdout)


def _ratio(dtype: str, batch: int) -> float:
    import torch

    from helpers.bptt import lstm_bptt
    from helpers.params import from_torch
    from helpers.sequence import lstm

    torch.set_num_threads(1)
    torch.manual_seed(0)
    dtype = getattr(torch, dtype)
    module = torch.nn.LSTM(INPUTS, HIDDEN, dtype=dtype)
    x, weight = torch.randn(STEPS, batch, INPUTS, dtype=dtype), torch.randn(STEPS, batch, HIDDEN, dtype=dtype)
    params, x_np, weight_np = from_torch(module), x.numpy(), weight.numpy()

    def with_torch():
        module.zero_grad()
        (module(x)[0] * weight).sum().backward()

    def with_numpy():
        lstm_bptt(params, x_np, lstm(params, x_np), weight_np)

    seconds = {with_torch: [], with_numpy: []}
    for repeat in range(REPEATS + 3):
        for run, times in seconds.items():
            start = time.perf_counter()
            run()
            if repeat >= 3:  # the first runs load code and fill caches
                times.append(time.perf_counter() - start)
    return median(seconds[with_numpy]) / median(seconds[with_torch])


def _all_ratios() -> dict[str, float]:
    cases = [(dtype, batch) for dtype in ("float64", "float32") for batch in (1, 32)]
    names = {"float64": "numpy_vs_nn_lstm", "float32": "numpy_vs_nn_lstm_float32"}
    return {f"{names[dtype]}_B{batch}": _ratio(dtype, batch) for dtype, batch in cases}


if __name__ == "__main__":
    if "--json" in sys.argv:
        print(json.dumps(_all_ratios()))
    else:
        for name, ratio in measure().items():
            print(f"{name}: {ratio:.2f}")

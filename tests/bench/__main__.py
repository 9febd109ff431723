"""`make bench`: every figure beside its budget, and all of them in `_build/bench.json`.

Benchmarks are no tests: on a busy machine times stretch, so nothing fails here. Sizes are gzipped kB (1000 bytes).
"""

from __future__ import annotations

import json
from pathlib import Path

from bench import browser, chapters, equations, notebooks, package, pages, passes, playground, readiness, training

OUTPUT = Path(__file__).resolve().parents[2] / "_build" / "bench.json"
# The bars of DESIGN, and what Lighthouse calls a good blocking time: the figure should not exceed them.
BUDGETS = {
    "slider_p50_ms_max": 10,
    "slider_p95_ms_max": 20,
    "slider_p50_ms_max_4x_slower": 50,
    "page_first_gzip_kb_max": 250,
    "page_gzip_kb_max": 250,
    "weights_gzip_kb_max": 300,
    "first_screen_weights_gzip_kb": 60,
    "first_figure_seconds_4x_slower": 1.5,
    "blocked_seconds_4x_slower": 0.2,
    "playground_first_run_gzip_kb": 60,
    "playground_further_network_gzip_kb_max": 5,
    "playground_further_task_gzip_kb_max": 5,
    "playground_ready_seconds_4x_slower": 1.5,
    "runtime_gzip_kb": 12,
    "figure_code_gzip_kb_max": 4,
    "numpy_vs_nn_lstm_B1": 1,
    "numpy_vs_nn_lstm_B32": 1,
    "chapter_seconds_max": 60,
    "course_seconds": 540,
    "notebook_memory_mb_max": 1850,
    "notebook_mb_max": 1,
    "notebook_on_colab_mb_max": 5,
    "import_helpers_seconds": 0.5,
    "helpers_lines": 3500,
}
# What should be reached: a page that trains beside torch, on one thread; and its frames meanwhile.
REACHED = {"train_T20_vs_torch": 5, "train_T50_vs_torch": 2.5, "train_worst_vs_torch": 1,
           "playground_frames_a_second": 50}


def _beside(name: str, value: float) -> str:
    """What a figure should be, and whether it is."""
    if name in REACHED:
        return f"   at least {REACHED[name]:g}{'' if value >= REACHED[name] else '   MISSED'}"
    bar = BUDGETS.get(name)
    return "" if bar is None else f"   budget {bar:g}{'' if value <= bar else '   OVER'}"


def main() -> None:
    measured: dict[str, float] = {}
    for module in (package, chapters, notebooks, pages, equations, training, passes, readiness, playground, browser):
        print(f"# {module.__name__}: {module.__doc__.splitlines()[0]}", flush=True)
        for name, value in module.measure().items():
            measured[name] = round(value, 3)
            print(f"  {name:44s} {value:10.2f}{_beside(name, value)}", flush=True)
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(measured, indent=1) + "\n")
    print(f"Written to {OUTPUT}")


if __name__ == "__main__":
    main()

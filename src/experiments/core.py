"""What every experiment is built of: a training run with an end, the choice of a rate, a saved table of runs."""

from __future__ import annotations

import itertools
import json
import math
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

import torch
from tqdm.auto import tqdm

from helpers.training import fit

__all__ = ["Run", "best_rates", "read_runs", "runs_of", "scores_of", "share_right", "sweep", "train_until",
           "tuning_settings"]


@dataclass(frozen=True)
class Run:
    """One trained net: its setting, whether it met the criterion, after how many sequences, its score, its time.

    `measures`: what else was measured, by name, where one score does not say it.
    """

    setting: dict
    solved: bool
    sequences: int
    score: float | None
    ended: str
    seconds: float
    measures: dict = field(default_factory=dict)


def train_until(model, batch: Callable, test: Callable, *, loss: Callable, limit: int, every: int, size: int,
                **options) -> tuple[bool, int, float, str]:
    """Train with `helpers.training.fit` until test(model) -> (score, solved) is solved, or `limit` batches are done.

    Returns solved, sequences seen (batches times `size`), the last score, and how it ended: solved, limit or diverged.
    """
    last = {"score": math.nan, "solved": False, "step": 0}

    def watch(step, model, *_):
        last["score"], last["solved"] = test(model)
        last["step"] = step
        return last["solved"]

    try:
        fit(model, batch, limit, loss=loss, every=every, callback=watch, **options)
    except FloatingPointError:
        return False, last["step"] * size, last["score"], "diverged"
    return last["solved"], last["step"] * size, last["score"], "solved" if last["solved"] else "limit"


def share_right(model, x, y) -> tuple[float, bool]:
    """The share of sequences whose class the model gets right, and whether that is at least 99 %."""
    with torch.no_grad():
        share = float((model(x).argmax(-1) == y).float().mean())
    return share, share >= 0.99


def runs_of(runs: list[Run], seeds: Iterable[int], **setting) -> list[Run]:
    """The runs with this setting and one of these seeds, in the order of the seeds."""
    return sorted((r for r in runs if setting.items() <= r.setting.items() and r.setting["seed"] in seeds),
                  key=lambda r: r.setting["seed"])


def scores_of(runs: list[Run], **setting) -> list[float]:
    """The scores of the runs with this setting, whatever else they were set to; one that diverged has none."""
    return [r.score for r in runs if setting.items() <= r.setting.items() and r.score is not None]


def read_runs(file: Path) -> list[Run]:
    """The runs that `file` holds."""
    return [Run(**r) for r in json.loads(file.read_text())]


def sweep(settings: Iterable[dict], run: Callable[..., tuple], file: Path) -> list[Run]:
    """Run every setting that `file` does not hold yet, saving after each, so that a long sweep can be broken off.

    run(**setting) -> (solved, sequences, score, ended), and a dict of further measures if it has them.
    """
    done = {_key(r.setting): r for r in read_runs(file)} if file.exists() else {}
    settings = list(settings)
    missing = [s for s in settings if _key(s) not in done]
    file.parent.mkdir(parents=True, exist_ok=True)
    for setting in tqdm(missing, desc=file.stem):
        begin = time.perf_counter()
        solved, sequences, score, ended, *measures = run(**setting)
        seconds = round(time.perf_counter() - begin, 1)
        score = None if math.isnan(score) else round(score, 5)
        done[_key(setting)] = Run(setting, solved, sequences, score, ended, seconds, *measures)
        file.write_text(json.dumps([_saved(done[_key(s)]) for s in settings if _key(s) in done], indent=0))
    return [done[_key(s)] for s in settings]


def _saved(run: Run) -> dict:
    """A run as it is written, without measures where there are none."""
    return {name: value for name, value in asdict(run).items() if name != "measures" or value}


def tuning_settings(rows: dict, rates: tuple, seeds: tuple) -> list[dict]:
    """Every one of `rows` (a dict of lists) with every rate and every seed kept for the choice of the rate."""
    names = list(rows)
    return [dict(zip(names, values, strict=True)) | {"rate": rate, "seed": seed}
            for seed in seeds for rate in rates for values in itertools.product(*rows.values())]


def best_rates(runs: list[Run], keys: tuple[str, ...], rates: tuple, seeds: tuple, sign: int = 1) -> dict[tuple, float]:
    """For each row of the tuning runs that is complete: the rate that solved most seeds, then soonest, then best.

    `sign` 1: the smaller a score, the better; -1: the larger.
    """
    groups = defaultdict(list)
    for run in runs:
        if run.setting["seed"] in seeds:
            groups[tuple(run.setting[k] for k in keys)].append(run)
    return {row: min(rates, key=partial(_order, group, sign)) for row, group in groups.items()
            if len(group) == len(rates) * len(seeds)}


def _order(runs, sign, rate):
    here = [r for r in runs if r.setting["rate"] == rate]
    errors = [math.inf if r.score is None else sign * r.score for r in here]
    return -sum(r.solved for r in here), sum(r.sequences for r in here), statistics.mean(errors)


def _key(setting: dict) -> str:
    return json.dumps(setting, sort_keys=True)

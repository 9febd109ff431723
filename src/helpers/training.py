"""Short torch training loops: seeded, clipped, with a progress bar that keeps silent while the book is built.

Importing this module sets no seed and no thread count; seed the model where it is made (`torch.manual_seed`), the
batches here (`seed`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import torch
from torch import nn
from tqdm.auto import tqdm

from live_figures.host import on_page

from ._background import interruptible
from ._validate import expect_counts, expect_number

__all__ = ["History", "fit"]


class History(NamedTuple):
    """What `fit` recorded, as NumPy arrays of one length.

    step: the steps done; loss, grad_norm: means since the record before, the norm taken before clipping; seconds: since
    the start.
    """

    step: np.ndarray
    loss: np.ndarray
    grad_norm: np.ndarray
    seconds: np.ndarray


def fit(model: nn.Module, batch: Callable, steps: int, *, loss: Callable, lr: float = 1e-3, clip: float | None = 1.0,
        seed: int = 0, every: int = 20, callback: Callable | None = None, label: str = "training",
        optimizer: Callable = torch.optim.Adam) -> History:
    """Train `model` in place for `steps` batches and return the History, one record in `every` steps.

    batch(rng: torch.Generator) -> (x, y); loss(model(x), y) -> scalar. Gradients are scaled down to the norm `clip`
    where they exceed it (None: never). `callback(step, model, loss, grad_norm)` runs after each record; training ends
    early when it returns true (a bool of Python, NumPy or torch), after any step if it has an attribute `stopped` that
    is true (as a Monitor has), and at the end of the present step on an interrupt (Jupyter's stop button, Ctrl+C): the
    model keeps what it has learnt. `label` stands before the progress bar; an empty one leaves the bar out.
    `optimizer(parameters, lr=...)` makes the optimiser. What these functions raise passes through. Raises
    FloatingPointError when the loss stops being a finite number, TypeError for a model, batch, loss or callback of
    another type or with another result, ValueError for a model with nothing to train, or for counts, lr, clip or a seed
    out of range.
    """
    _check(model, batch=batch, loss=loss, optimizer=optimizer, callback=print if callback is None else callback)
    expect_counts(steps=steps, every=every)
    expect_counts(0, 2**63 - 1, seed=seed)
    expect_number("lr", lr, above=0.0, high=1e6)
    if clip is not None:
        expect_number("clip", clip, above=0.0)
    rng = torch.Generator().manual_seed(int(seed))
    stepper = optimizer(model.parameters(), lr=float(lr))
    if not hasattr(stepper, "zero_grad") or not hasattr(stepper, "step"):
        raise TypeError(f"optimizer: expected it to return a torch optimiser, got {type(stepper).__name__}")
    model.train()
    start, recent, records = time.perf_counter(), [], []
    with tqdm(total=steps, desc=label, disable=on_page() or not label, leave=False) as bar, interruptible() as asked:
        for step in range(1, steps + 1):
            recent.append(_update(model, stepper, batch(rng), loss, clip, step))
            ended = step == steps or asked.is_set() or getattr(callback, "stopped", False)
            if step % every == 0 or ended:
                mean_loss, mean_norm = (float(v) for v in np.mean(recent, axis=0))
                records.append((step, mean_loss, mean_norm, time.perf_counter() - start))
                bar.set_postfix(loss=f"{mean_loss:.3f}")
                bar.update(step - bar.n)
                recent = []
                ended |= callback is not None and _wants_to_stop(callback(step, model, mean_loss, mean_norm))
            if ended:
                break
    if asked.is_set() and step < steps:
        print(f"Stopped at step {step:,} of {steps:,}. The model keeps what it has learnt.")
    return History(*(np.array(column) for column in zip(*records, strict=True)))


def _check(model, **functions):
    if not isinstance(model, nn.Module):
        raise TypeError(f"model: expected a torch.nn.Module, got {type(model).__name__}")
    if not any(p.requires_grad for p in model.parameters()):
        raise ValueError("model: expected one with parameters to train, got none that requires a gradient")
    for name, function in functions.items():
        if not callable(function):
            raise TypeError(f"{name}: expected a function, got {type(function).__name__}")


def _wants_to_stop(answer) -> bool:
    several = isinstance(answer, torch.Tensor) and answer.numel() != 1
    if several or not isinstance(answer, (type(None), bool, np.bool_, torch.Tensor)):
        raise TypeError(f"callback: expected it to return True, to stop, or False or None; got {answer!r:.60}")
    return bool(answer)


def _update(model, optimizer, pair, loss, clip, step) -> tuple[float, float]:
    """One step of the optimiser on one batch; returns the loss and the norm of the gradient before clipping."""
    if not isinstance(pair, (tuple, list)) or len(pair) != 2:
        raise TypeError(f"batch: expected it to return a pair (x, y), got {type(pair).__name__}")
    x, y = pair
    optimizer.zero_grad()
    value = loss(model(x), y)
    if not isinstance(value, torch.Tensor) or value.ndim or not value.requires_grad:
        raise TypeError(f"loss: expected it to return one number that depends on the model, got {value!r:.60}")
    if not torch.isfinite(value):
        raise FloatingPointError(f"the loss is {value.item()} at step {step}: lower lr, or clip the gradient")
    value.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), float("inf") if clip is None else clip)
    optimizer.step()
    return value.item(), norm.item()

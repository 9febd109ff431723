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
    early when it returns True. `optimizer(parameters, lr=...)` makes the optimiser. Raises FloatingPointError when the
    loss stops being a finite number.
    """
    if steps < 1 or every < 1:
        raise ValueError(f"fit needs steps >= 1 and every >= 1, got steps={steps} and every={every}")
    rng = torch.Generator().manual_seed(seed)
    stepper = optimizer(model.parameters(), lr=lr)
    model.train()
    start, recent, records = time.perf_counter(), [], []
    with tqdm(total=steps, desc=label, disable=on_page(), leave=False) as bar:
        for step in range(1, steps + 1):
            recent.append(_update(model, stepper, batch(rng), loss, clip, step))
            if step % every == 0 or step == steps:
                mean_loss, mean_norm = (float(v) for v in np.mean(recent, axis=0))
                records.append((step, mean_loss, mean_norm, time.perf_counter() - start))
                bar.set_postfix(loss=f"{mean_loss:.3f}")
                bar.update(step - bar.n)
                recent = []
                if callback is not None and callback(step, model, mean_loss, mean_norm) is True:
                    break
    return History(*(np.array(column) for column in zip(*records, strict=True)))


def _update(model, optimizer, pair, loss, clip, step) -> tuple[float, float]:
    """One step of the optimiser on one batch; returns the loss and the norm of the gradient before clipping."""
    x, y = pair
    optimizer.zero_grad()
    value = loss(model(x), y)
    if not torch.isfinite(value):
        raise FloatingPointError(f"the loss is {value.item()} at step {step}: lower lr, or clip the gradient")
    value.backward()
    norm = nn.utils.clip_grad_norm_(model.parameters(), float("inf") if clip is None else clip)
    optimizer.step()
    return value.item(), norm.item()

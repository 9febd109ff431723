"""A small encoder-decoder that repeats a text: its decoder sees a fixed vector, or attends to every encoder state.

Whatever it sees, the network has the same parts and parameters. A GRU reads the text, a second GRU starts from its last
state and writes as many symbols as the text has, and a linear layer reads each decoder state s_t beside a context c_t:

    fixed vector   c_t = h_S, the last encoder state
    average        c_t = (h_1 + ... + h_S) / S
    attention      c_t = sum_s w_ts h_s, where w_t is the softmax of the scores s_t h_s^T

This is Luong's order: the query s_t is the state after the step. As in his networks without input feeding, the context
does not enter the recurrence; his tanh layer between context and readout is left out.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import nn

from ._in_bytes import from_bytes
from ._validate import expect_choice, expect_counts
from .models import one_hot

__all__ = ["ALPHABET", "CONTEXTS", "SHIPPED", "Copier", "gradients_by_lag", "letters", "trained", "write"]

ALPHABET = "abcdefghijklmnopqrstuvwxyz "
START = len(ALPHABET)  # what the decoder is given before its first symbol
CONTEXTS = ("fixed vector", "average", "attention")
SHIPPED = {"attention": ("attention", 48)} | {f"fixed_{size}": ("fixed vector", size) for size in (48, 96)}

_DATA = Path(__file__).with_name("data")
_TORCH = {"weight_ih_l0": "W_x", "weight_hh_l0": "W_h", "bias_ih_l0": "b", "bias_hh_l0": "b_h"}


class Copier(nn.Module):
    """Scores (T, B, symbols) of every symbol to write, given the text `codes` (T, B) and the right symbols before it.

    `context` is one of CONTEXTS. Raises ValueError for another or for sizes that are no whole numbers, TypeError or
    ValueError for codes that are none of ALPHABET.
    """

    def __init__(self, context: str = "attention", hidden: int = 48, seed: int = 0):
        super().__init__()
        expect_choice("context", context, CONTEXTS)
        expect_counts(hidden=hidden)
        expect_counts(0, 2**63 - 1, seed=seed)
        torch.manual_seed(seed)
        self.context, hidden = context, int(hidden)
        self.encoder = nn.GRU(len(ALPHABET), hidden)
        self.decoder = nn.GRU(len(ALPHABET) + 1, hidden)
        self.readout = nn.Linear(2 * hidden, len(ALPHABET))

    def forward(self, codes: torch.Tensor) -> torch.Tensor:
        keys, last = self.encoder(_one_hot(codes, self))
        return self.scores(self.states(codes, last)[0], keys)

    def states(self, codes: torch.Tensor, state: torch.Tensor, before: torch.Tensor | None = None):
        """The decoder's states (T, B, H) where it writes `codes`, and the last; `before`: the symbol before them."""
        first = torch.full_like(codes[:1], START) if before is None else before
        given = nn.functional.one_hot(torch.cat([first, codes[:-1]]), START + 1)
        return self.decoder(given.to(self.readout.weight.dtype), state)

    def scores(self, states: torch.Tensor, keys: torch.Tensor) -> torch.Tensor:
        """The readout of decoder states (T, B, H), each beside its context from the encoder states `keys` (S, B, H)."""
        return self.readout(torch.cat([states, self._contexts(states, keys)], dim=-1))

    def _contexts(self, states, keys):
        if self.context != "attention":
            fixed = keys[-1] if self.context == "fixed vector" else keys.mean(0)
            return fixed.expand_as(states)
        queries, keys = (a.transpose(0, 1) for a in (states, keys))  # torch attends within (B, T, H)
        return nn.functional.scaled_dot_product_attention(queries, keys, keys, scale=1.0).transpose(0, 1)


def _expect_copier(model):
    if not isinstance(model, Copier):
        raise TypeError(f"model: expected a Copier, got {type(model).__name__}")


def _one_hot(codes, model):
    return one_hot(codes, START, model.readout.weight.dtype)


def letters(length: int, batch: int, rng: torch.Generator) -> torch.Tensor:
    """Codes (length, batch) of random symbols, each of ALPHABET as likely as the others.

    Raises TypeError for an rng that is no torch.Generator, ValueError for a length or batch that is no whole number of
    at least 1.
    """
    expect_counts(length=length, batch=batch)
    if not isinstance(rng, torch.Generator):
        raise TypeError(f"rng: expected a torch.Generator, got {type(rng).__name__}")
    return torch.randint(START, (int(length), int(batch)), generator=rng)


@torch.no_grad()
def write(model: Copier, codes: torch.Tensor) -> torch.Tensor:
    """What `model` writes (T, B) when it reads `codes` (T, B): the likeliest symbol, which is then its next input.

    It is asked for as many symbols as the text has, so that it need not know when to stop. Raises as `Copier`, and
    TypeError for a model that is none.
    """
    _expect_copier(model)
    keys, state = model.encoder(_one_hot(codes, model))
    symbol, written = torch.full_like(codes[:1], START), []
    for _ in range(len(codes)):
        states, state = model.states(codes[:1], state, before=symbol)
        symbol = model.scores(states, keys).argmax(-1)
        written.append(symbol)
    return torch.cat(written)


def gradients_by_lag(model: Copier, codes: torch.Tensor) -> np.ndarray:
    """How far the score of a right symbol moves per unit of a small change of an input `lag` steps before: (2T - 1,).

    Entry `lag - 1` is the mean length of the gradient over the texts `codes` (T, B) and over all pairs of an output and
    an input with `lag` steps of recurrence between them: from input s to output t (both from 0) the encoder makes
    T - 1 - s steps and the decoder t + 1. Its own input lies T steps before every output. The score is derived and not
    the loss, whose gradient also shrinks where a network is sure of the right symbol. Raises as `write`.
    """
    _expect_copier(model)
    x = _one_hot(codes, model).requires_grad_()
    keys, last = model.encoder(x)
    right = model.scores(model.states(codes, last)[0], keys).gather(-1, codes[..., None])
    T = len(codes)
    sums, counts = np.zeros(2 * T), np.zeros(2 * T)
    for t in range(T):
        grad, = torch.autograd.grad(right[t].sum(), x, retain_graph=True)
        lags = T + t - np.arange(T)
        sums[lags] += grad.norm(dim=-1).mean(1).numpy()
        counts[lags] += 1
    return sums[1:] / counts[1:]


def trained(net: str) -> Copier:
    """The network of the `bottleneck` figure, one of SHIPPED, as `python -m helpers.data.make_bottleneck` left it.

    Raises ValueError for another name.
    """
    expect_choice("net", net, SHIPPED)
    model = Copier(*SHIPPED[net])
    with np.load(_DATA / "bottleneck.npz") as stored:
        weights = {name.removeprefix(f"{net}_"): from_bytes(stored[name], stored[f"{net}_step"])
                   for name in stored.files if name.startswith(f"{net}_") and not name.endswith("step")}
    for part in ("encoder", "decoder"):
        for theirs, ours in _TORCH.items():
            _set(getattr(getattr(model, part), theirs), weights[f"{part}_{ours}"])
    _set(model.readout.weight, weights["W_y"])
    _set(model.readout.bias, weights["b_y"])
    return model


@torch.no_grad()
def _set(parameter, value):
    parameter.copy_(torch.as_tensor(value.T))

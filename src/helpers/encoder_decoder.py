"""An encoder and a decoder in torch: reads one sequence, then writes another of another length."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import nn

from ._validate import expect_counts, expect_shape

__all__ = ["EncoderDecoder", "Written", "writing_loss"]


class Written(NamedTuple):
    """`codes` (T, B), the likeliest symbol of each step; `probabilities` (T, B, V); `weights` (T, S, B) or None."""

    codes: torch.Tensor
    probabilities: torch.Tensor
    weights: torch.Tensor | None


class EncoderDecoder(nn.Module):
    """Reads with a bidirectional GRU, writes with a GRU that gets a context c_i of the states read at every step.

        s_0 = tanh(h←_1 W_0 + b_0)    s_i = GRU([y_{i-1}, c_i], s_{i-1})    scores of y_i = s_i W_y + b_y

    With `attention` units c_i is the sum of the encoder's states with weights softmax_j(v · tanh(s_{i-1} W_q + h_j W_k)),
    the query being the state before the step; with 0 units it is the same for all steps, what each direction read last:
    c = [h→_n, h←_1]. y_0 is a row of zeros. Raises ValueError for sizes or a seed that are no whole numbers.

    `mask` False lets attention look at the padding as well; `lengths` False lets the encoder read it: two bugs, for
    an experiment. Sources: Cho et al. 2014, arXiv 1406.1078; Bahdanau, Cho & Bengio 2015, arXiv 1409.0473.
    """

    def __init__(self, source: int, target: int, hidden: int, state: int, attention: int = 0, seed: int = 0):
        super().__init__()
        expect_counts(source=source, target=target, hidden=hidden, state=state)
        expect_counts(0, attention=attention)
        expect_counts(0, 2**63 - 1, seed=seed)
        torch.manual_seed(seed)
        self.source, self.target, self.mask, self.lengths = source, target, True, True
        self.encoder = nn.GRU(source, hidden, bidirectional=True)
        self.first = nn.Linear(hidden, state)
        self.cell = nn.GRUCell(target + 2 * hidden, state)
        self.readout = nn.Linear(state, target)
        self.query = nn.Linear(state, attention, bias=False) if attention else None
        self.key = nn.Linear(2 * hidden, attention, bias=False) if attention else None
        self.score = nn.Linear(attention, 1, bias=False) if attention else None

    def forward(self, texts) -> torch.Tensor:
        """Scores (T, B, V) of each symbol of `texts` = (codes (S, B), lengths (B,), targets (T, B)), given those before.

        A code of `source`, one beyond the vocabulary, is padding: a row of zeros. Symbols of a target below 0 are past
        its end.
        """
        codes, lengths, targets = texts
        previous = self._one_hot(targets[:-1].clamp_min(0), self.target)
        previous = torch.cat([torch.zeros_like(previous[:1]), previous])
        memory = self._read(codes, lengths)
        s, scores = memory.s, []
        for y in previous:
            s, _ = self._step(memory, y, s)
            scores.append(s)
        return self.readout(torch.stack(scores))

    @torch.no_grad()
    def write(self, codes: torch.Tensor, lengths: torch.Tensor, steps: int) -> Written:
        """What the network writes in `steps` steps, the likeliest symbol each time."""
        expect_counts(steps=steps)
        memory = self._read(codes, lengths)
        y, s, written = torch.zeros(codes.shape[1], self.target), memory.s, []
        for _ in range(steps):
            s, weights = self._step(memory, y, s)
            p = self.readout(s).softmax(-1)
            y = self._one_hot(p.argmax(-1), self.target)
            written.append((p.argmax(-1), p, weights))
        codes, p, weights = zip(*written, strict=True)
        return Written(torch.stack(codes), torch.stack(p), None if self.query is None else torch.stack(weights))

    def _read(self, codes, lengths) -> _Memory:
        """The encoder's states of each text, 0 after its end, and what the decoder begins with."""
        expect_shape("codes", codes, ("S", "B"))
        x = self._one_hot(codes, self.source + 1)[..., :-1]
        if self.lengths:
            packed = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
            h, last = self.encoder(packed)
            h, _ = nn.utils.rnn.pad_packed_sequence(h, total_length=len(codes))
        else:
            h, last = self.encoder(x)
        real = torch.arange(len(codes))[:, None] < (lengths if self.mask else len(codes))
        keys = None if self.key is None else self.key(h)
        return _Memory(h.transpose(0, 1).contiguous(), keys, real, torch.cat(tuple(last), dim=-1), torch.tanh(self.first(last[1])))

    def _step(self, memory: _Memory, y, s) -> tuple[torch.Tensor, torch.Tensor | None]:
        """One step of the decoder: the next state, and where it looked (S, B)."""
        if self.query is None:
            return self.cell(torch.cat([y, memory.fixed], dim=-1), s), None
        e = self.score(torch.tanh(self.query(s) + memory.keys)).squeeze(-1)
        weights = e.masked_fill(~memory.real, -torch.inf).softmax(0)
        context = torch.bmm(weights.T[:, None], memory.h)[:, 0]
        return self.cell(torch.cat([y, context], dim=-1), s), weights

    def _one_hot(self, codes, size: int) -> torch.Tensor:
        return nn.functional.one_hot(codes, size).to(self.readout.weight.dtype)


class _Memory(NamedTuple):
    """Of a text that was read: states h (B, S, 2H), keys (S, B, A), which are real (S, B), c and s_0."""

    h: torch.Tensor
    keys: torch.Tensor | None
    real: torch.Tensor
    fixed: torch.Tensor
    s: torch.Tensor


def writing_loss(scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy (nats a symbol) of scores (T, B, V) against targets (T, B), those below 0 left out."""
    return nn.functional.cross_entropy(scores.flatten(0, 1), targets.clamp_min(-1).flatten(), ignore_index=-1)

"""An encoder and a decoder in torch: reads one sequence, then writes another of another length."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from ._validate import expect_counts, expect_shape
from .cells import GRUParams
from .encoder_decoder import EncoderDecoderParams, as_encoder_decoder
from .params import to_numpy

__all__ = ["EncoderDecoder", "Written", "as_module", "as_params"]

# Where the weights of `encoder_decoder` stand in the module: torch has every matrix the other way round.
_GRU = {"W_x": "weight_ih", "W_h": "weight_hh", "b": "bias_ih", "b_h": "bias_hh"}
_CELLS = {"forward": "encoder.{}_l0", "backward": "encoder.{}_l0_reverse", "cell": "cell.{}"}
_REST = {"W_0": "first.weight", "b_0": "first.bias", "W_y": "readout.weight", "b_y": "readout.bias",
         "W_q": "query.weight", "W_k": "key.weight", "v": "v"}


class Written(NamedTuple):
    """`codes` (T, B), the likeliest symbol of each step; `probabilities` (T, B, V); `weights` (T, S, B) or None."""

    codes: torch.Tensor
    probabilities: torch.Tensor
    weights: torch.Tensor | None


class EncoderDecoder(nn.Module):
    """Reads with a bidirectional GRU, writes with a GRU that gets a context c_i of the states read at every step.

        s_0 = tanh(h←_1 W_0 + b_0)    s_i = GRU([y_{i-1}, c_i], s_{i-1})    scores of y_i = s_i W_y + b_y

    With `attention` units c_i is the sum of the encoder's states with weights softmax_j(tanh(s_{i-1} W_q + h_j W_k) v),
    the query being the state before the step; with 0 units it is the same for all steps, what each direction read last:
    c = [h→_n, h←_1]. y_0 is a row of zeros. Raises ValueError for sizes or a seed that are no whole numbers; forward
    raises TypeError and ValueError for texts that are no such tensors.

    `mask` False lets attention look at the padding as well; `lengths` False lets the encoder read it: two bugs, for
    an experiment. Sources: Cho et al. 2014, arXiv 1406.1078; Bahdanau, Cho & Bengio 2015, arXiv 1409.0473.
    """

    def __init__(self, source: int, target: int, hidden: int, state: int, attention: int = 0, seed: int = 0):
        super().__init__()
        expect_counts(source=source, target=target, hidden=hidden, state=state)
        expect_counts(0, attention=attention)
        source, target, hidden, state, attention = (int(n) for n in (source, target, hidden, state, attention))
        expect_counts(0, 2**63 - 1, seed=seed)
        torch.manual_seed(seed)
        self.source, self.target, self.mask, self.lengths = source, target, True, True
        self.encoder = nn.GRU(source, hidden, bidirectional=True)
        self.first = nn.Linear(hidden, state)
        self.cell = nn.GRUCell(target + 2 * hidden, state)
        self.readout = nn.Linear(state, target)
        self.query = nn.Linear(state, attention, bias=False) if attention else None
        self.key = nn.Linear(2 * hidden, attention, bias=False) if attention else None
        self.v = nn.Parameter(torch.empty(attention).uniform_(-1, 1) / attention**0.5) if attention else None

    def forward(self, texts) -> torch.Tensor:
        """Scores (T, B, V) of each symbol, given those before: `texts` = (codes (S, B), lengths (B,), targets (T, B)).

        A code of `source`, one beyond the vocabulary, is padding: a row of zeros. Symbols of a target below 0 are past
        its end. Raises TypeError for what are no such tensors, ValueError for sizes or codes that do not fit.
        """
        codes, lengths, targets = _expect_tensors(texts, self)
        previous = self._one_hot(targets[:-1].clamp_min(0), self.target)
        previous = torch.cat([torch.zeros_like(previous[:1]), previous])
        memory = self._read(codes, lengths)
        s, scores = memory.s, []
        for y in previous:
            s, _ = self._step(memory, y, s)
            scores.append(s)
        return self.readout(torch.stack(scores))

    @torch.no_grad()
    def write(self, codes: torch.Tensor, lengths: torch.Tensor, steps: int,
              visible: torch.Tensor | None = None) -> Written:
        """What the network writes in `steps` steps, the likeliest symbol each time.

        Attention gives no weight to places where `visible` (S, B) is False, although the encoder reads them. Raises
        TypeError where it is not of bools, ValueError for another shape or a text with nothing to look at.
        """
        expect_counts(steps=steps)
        memory = self._read(codes, lengths)
        if visible is not None:
            memory = memory._replace(real=_looked_at(memory.real, visible, tuple(codes.shape)))
        y, s, written = torch.zeros(codes.shape[1], self.target), memory.s, []
        for _ in range(steps):
            s, weights = self._step(memory, y, s)
            p = self.readout(s).softmax(-1)
            y = self._one_hot(p.argmax(-1), self.target)
            written.append((p.argmax(-1), p, weights))
        codes, p, weights = zip(*written, strict=True)
        return Written(torch.stack(codes), torch.stack(p), None if self.query is None else torch.stack(weights))

    @staticmethod
    def loss(scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Mean cross-entropy (nats a symbol) of scores (T, B, V) against targets (T, B), those below 0 left out."""
        return nn.functional.cross_entropy(scores.flatten(0, 1), targets.clamp_min(-1).flatten(), ignore_index=-1)

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
        fixed, s = torch.cat(tuple(last), dim=-1), torch.tanh(self.first(last[1]))
        return _Memory(h.transpose(0, 1).contiguous(), keys, real, fixed, s)

    def _step(self, memory: _Memory, y, s) -> tuple[torch.Tensor, torch.Tensor | None]:
        """One step of the decoder: the next state, and where it looked (S, B)."""
        if self.query is None:
            return self.cell(torch.cat([y, memory.fixed], dim=-1), s), None
        e = torch.tanh(self.query(s) + memory.keys) @ self.v
        weights = e.masked_fill(~memory.real, -torch.inf).softmax(0)
        context = torch.bmm(weights.T[:, None], memory.h)[:, 0]
        return self.cell(torch.cat([y, context], dim=-1), s), weights

    def _one_hot(self, codes, size: int) -> torch.Tensor:
        return nn.functional.one_hot(codes, size).to(self.readout.weight.dtype)


def _expect_tensors(texts, model: EncoderDecoder) -> tuple:
    """`texts` as codes (S, B), lengths (B,) and targets (T, B) that fit together and the model's vocabularies."""
    tensors = isinstance(texts, (tuple, list)) and all(isinstance(part, torch.Tensor) for part in texts)
    if not tensors or len(texts) != 3 or any(part.dtype != torch.int64 for part in texts):
        raise TypeError("texts: expected three tensors of int64, codes (S, B), lengths (B,) and targets (T, B)")
    codes, lengths, targets = texts
    expect_shape("codes of texts", codes, ("S", "B"))
    expect_shape("lengths of texts", lengths, (codes.shape[1],))
    expect_shape("targets of texts", targets, ("T", codes.shape[1]))
    if 0 in codes.shape or 0 in targets.shape or codes.min() < 0 or codes.max() > model.source:
        raise ValueError(f"texts: expected at least one, with codes from 0 to {model.source}")
    if lengths.min() < 1 or lengths.max() > len(codes) or targets.max() >= model.target:
        raise ValueError(f"texts: expected lengths from 1 to {len(codes)}, targets below {model.target}")
    return codes, lengths, targets


def _looked_at(real, visible, shape: tuple[int, int]) -> torch.Tensor:
    """Which symbols are real and `visible` too (S, B), some of every text."""
    expect_shape("visible", visible, shape)
    if visible.dtype != torch.bool:
        raise TypeError(f"visible: expected True and False, got {visible.dtype}")
    both = real & visible
    if not both.any(dim=0).all():
        raise ValueError("visible: expected a real symbol in every text, got one with none")
    return both


class _Memory(NamedTuple):
    """Of a text that was read: states h (B, S, 2H), keys (S, B, A), which are real (S, B), c and s_0."""

    h: torch.Tensor
    keys: torch.Tensor | None
    real: torch.Tensor
    fixed: torch.Tensor
    s: torch.Tensor


def as_params(model: EncoderDecoder) -> EncoderDecoderParams:
    """The weights of an EncoderDecoder for `helpers.encoder_decoder`, as NumPy arrays.

    Raises TypeError for another module.
    """
    if not isinstance(model, EncoderDecoder):
        raise TypeError(f"model: expected an EncoderDecoder, got {type(model).__name__}")
    weights = {name: to_numpy("model", weight).T.copy() for name, weight in model.named_parameters()}
    cells = {ours: GRUParams(**{field: weights[name.format(theirs)] for field, theirs in _GRU.items()})
             for ours, name in _CELLS.items()}
    return EncoderDecoderParams(**cells, **{ours: weights[name] for ours, name in _REST.items() if name in weights})


def as_module(params: EncoderDecoderParams) -> EncoderDecoder:
    """An EncoderDecoder with these weights, in float32.

    Raises as `as_encoder_decoder`.
    """
    params = as_encoder_decoder(params)
    target, hidden = params.W_y.shape[1], params.W_0.shape[0]
    model = EncoderDecoder(params.forward.W_x.shape[0], target, hidden, params.W_0.shape[1],
                           0 if params.v is None else len(params.v))
    weights = {_REST[ours]: getattr(params, ours) for ours in _REST if getattr(params, ours) is not None}
    weights |= {name.format(theirs): getattr(getattr(params, ours), field)
                for ours, name in _CELLS.items() for field, theirs in _GRU.items()}
    model.load_state_dict({name: torch.as_tensor(np.array(np.asarray(weight).T)) for name, weight in weights.items()})
    return model

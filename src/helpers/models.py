"""The torch models that the chapters train: a recurrent layer with a readout, as little else as possible."""

from __future__ import annotations

import inspect
import math

import numpy as np
import torch
from torch import nn

from ._validate import (
    as_params,
    expect_choice,
    expect_counts,
    expect_finite_numbers,
    expect_flags,
    expect_shape,
    namespace,
)
from .jacobians import scaled_to_radius
from .kinds import KINDS, kind_of
from .params import normal, orthogonal
from .text import expect_codes, side_by_side

__all__ = ["CharModel", "ElmanNet", "LastStep", "Recurrent", "Tagger", "TextClassifier", "bits_per_character",
           "next_character_loss"]

STARTS = ("uniform", "normal", "orthogonal", "identity")


class CharModel(nn.Module):
    """Scores of the next character: one-hot characters, `layers` recurrent ones (`rnn`, `lstm`, `gru`), a linear one.

    forward(codes (T, B) integers, state=None) -> (scores (T, B, vocabulary), state). With `stateful`, a call without a
    state starts where the call before it ended, with the gradient cut there: for batches that continue each other.
    Raises ValueError for another cell or sizes that are no whole numbers, TypeError or ValueError for codes that are
    none of the vocabulary.
    """

    def __init__(self, cell: str = "rnn", hidden: int = 128, vocabulary: int = 96, stateful: bool = False,
                 layers: int = 1):
        super().__init__()
        layer = _torch_layer(cell)
        expect_counts(hidden=hidden, vocabulary=vocabulary, layers=layers)
        expect_flags(stateful=stateful)
        self.vocabulary, self.stateful, self.state = vocabulary, stateful, None
        self.recurrent = layer(int(vocabulary), int(hidden), num_layers=int(layers))
        self.readout = nn.Linear(int(hidden), int(vocabulary))

    def forward(self, codes: torch.Tensor, state=None):
        x = one_hot(codes, self.vocabulary, self.readout.weight.dtype)
        h, state = self.recurrent(x, self.state if state is None else state)
        if self.stateful:
            self.state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        return self.readout(h), state


def _torch_layer(cell: str) -> type:
    """The class of torch.nn for the cell of this name; ValueError for one that torch has not."""
    expect_choice("cell", cell, [name for name, kind in KINDS.items() if kind.torch])
    return getattr(nn, KINDS[cell].torch)


def one_hot(codes, vocabulary: int, dtype) -> torch.Tensor:
    """Codes (T, B) as rows (T, B, vocabulary) of this dtype with a single 1, checked."""
    if not isinstance(codes, torch.Tensor) or codes.dtype != torch.int64:
        raise TypeError(f"codes: expected a tensor of int64, got {getattr(codes, 'dtype', type(codes).__name__)}")
    expect_shape("codes", codes, ("T", "B"))
    if codes.numel() == 0 or codes.min() < 0 or codes.max() >= vocabulary:
        raise ValueError(f"codes: expected at least one, all from 0 to {vocabulary - 1}")
    return nn.functional.one_hot(codes, vocabulary).to(dtype)


class Tagger(nn.Module):
    """Scores of the class of every character: one-hot characters, a recurrent layer (one way or two), a linear layer.

    forward(codes (T, B) integers) -> scores (T, B, classes). With `bidirectional`, a second layer with weights of its
    own reads each sequence from its end, and the readout sees both states of a character: those of torch.nn, forward
    first. All sequences of a batch must be T long. Raises as `CharModel`.
    """

    def __init__(self, cell: str = "gru", hidden: int = 32, vocabulary: int = 97, classes: int = 10,
                 bidirectional: bool = False):
        super().__init__()
        layer = _torch_layer(cell)
        expect_counts(hidden=hidden, vocabulary=vocabulary, classes=classes)
        expect_flags(bidirectional=bidirectional)
        self.vocabulary = vocabulary
        self.recurrent = layer(int(vocabulary), int(hidden), bidirectional=bool(bidirectional))
        self.readout = nn.Linear(int(hidden) * (2 if bidirectional else 1), int(classes))

    def forward(self, codes: torch.Tensor) -> torch.Tensor:
        x = one_hot(codes, self.vocabulary, self.readout.weight.dtype)
        return self.readout(self.recurrent(x)[0])


class TextClassifier(nn.Module):
    """Scores of the class of a whole text: a vector for each word, a recurrent layer, its state at the true end.

    forward((codes (T, B) integers, lengths (B,) integers)) -> scores (B, classes). The layer reads from left to right,
    so what stands behind the true end of a text changes nothing. Raises as `CharModel`; forward raises TypeError for
    texts that are no two tensors of int64, ValueError for lengths that are not from 1 to T.
    """

    def __init__(self, cell: str = "gru", vocabulary: int = 100, embedding: int = 16, hidden: int = 32,
                 classes: int = 2):
        super().__init__()
        layer = _torch_layer(cell)
        expect_counts(vocabulary=vocabulary, embedding=embedding, hidden=hidden, classes=classes)
        self.embedding = nn.Embedding(int(vocabulary), int(embedding))
        self.recurrent = layer(int(embedding), int(hidden))
        self.readout = nn.Linear(int(hidden), int(classes))

    def forward(self, texts: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        tensors = isinstance(texts, (tuple, list)) and all(isinstance(part, torch.Tensor) for part in texts)
        if not tensors or len(texts) != 2 or any(part.dtype != torch.int64 for part in texts):
            raise TypeError("texts: expected two tensors of int64, codes (T, B) and lengths (B,)")
        codes, lengths = texts
        expect_shape("codes of texts", codes, ("T", "B"))
        if codes.numel() == 0 or codes.min() < 0 or codes.max() >= self.embedding.num_embeddings:
            raise ValueError(f"texts: expected at least one, with codes from 0 to {self.embedding.num_embeddings - 1}")
        if lengths.shape != codes.shape[1:] or lengths.min() < 1 or lengths.max() > len(codes):
            raise ValueError(f"lengths of texts: expected {codes.shape[1]} whole numbers from 1 to {len(codes)}")
        h, _ = self.recurrent(self.embedding(codes))
        return self.readout(h[lengths - 1, torch.arange(len(lengths))])


def next_character_loss(output, targets: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy (nats a character) of a CharModel's output and the true next characters (T, B).

    Raises TypeError for an output that is no pair (scores, state) or targets that are no int64 tensor, ValueError for
    shapes that do not fit or a target outside the vocabulary.
    """
    if not isinstance(output, tuple) or len(output) != 2 or not isinstance(output[0], torch.Tensor):
        raise TypeError(f"output: expected a pair (scores, state) of a CharModel, got {type(output).__name__}")
    scores, _ = output
    if not isinstance(targets, torch.Tensor) or targets.dtype != torch.int64:
        raise TypeError(f"targets: expected a tensor of int64, got {getattr(targets, 'dtype', type(targets).__name__)}")
    expect_shape("output[0]", scores, ("T", "B", "V"))
    expect_shape("targets", targets, tuple(scores.shape[:2]))
    if targets.numel() == 0 or targets.min() < 0 or targets.max() >= scores.shape[-1]:
        raise ValueError(f"targets: expected at least one, all from 0 to {scores.shape[-1] - 1}")
    return nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten())


def bits_per_character(model: CharModel, codes, rows: int = 20) -> float:
    """How many bits `model` needs for each character of the text `codes` (N,), read as `rows` streams side by side.

    Every stream starts from a state of zeros; that of a stateful model is left as it was. Raises TypeError for what is
    no CharModel or no whole numbers, ValueError for a text of less than rows + 1 characters or codes outside the
    vocabulary.
    """
    if not isinstance(model, CharModel):
        raise TypeError(f"model: expected a CharModel, got {type(model).__name__}")
    expect_counts(rows=rows)
    codes = expect_codes("codes", codes, model.vocabulary)
    if len(codes) <= rows:
        raise ValueError(f"codes: expected at least {rows + 1} characters for {rows} rows, got {len(codes)}")
    x, y = side_by_side(codes, rows)
    kept, model.state = model.state, None
    with torch.no_grad():
        loss = next_character_loss(model(x), y).item()
    model.state = kept
    return loss / math.log(2)


class ElmanNet(nn.Module):
    """A simple recurrent network of tanh units: x (T, B, 1) -> the chance (T, B, 1) that the next bit is 1.

    Raises ValueError for a number of units below 1; forward raises TypeError for an x that is no tensor of the
    weights' dtype, ValueError for another shape. NaN stays NaN.
    """

    def __init__(self, hidden: int):
        super().__init__()
        expect_counts(hidden=hidden)
        hidden = int(hidden)
        self.recurrent = nn.RNN(1, hidden)
        self.readout = nn.Linear(hidden, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        _expect_sequence(x, self.recurrent.weight_ih_l0, self.recurrent.input_size)
        return torch.sigmoid(self.readout(self.recurrent(x)[0]))


class LastStep(nn.Module):
    """A recurrent layer whose last state goes through one linear layer: x (T, B, D) -> (B, outputs).

    `cell` is rnn, irnn or lstm; `start` sets the recurrent weights of rnn: torch's own uniform draw, normal scaled to
    spectral radius 0.95, orthogonal or identity. irnn is the ReLU net of Le, Jaitly & Hinton (2015): identity
    recurrent weights, zero biases, input weights of standard deviation 0.001. lstm starts its forget gates with the
    bias `forget_bias`. Raises ValueError for another cell or start, or for sizes or a seed that are no whole numbers,
    TypeError or ValueError for a forget_bias that is no finite number; forward raises as that of `ElmanNet`.
    """

    def __init__(self, cell: str, inputs: int, hidden: int, outputs: int, *, start: str = "uniform",
                 forget_bias: float = 1.0, seed: int = 0):
        super().__init__()
        expect_choice("cell", cell, ("rnn", "irnn", "lstm"))
        expect_choice("start", start, STARTS)
        expect_counts(inputs=inputs, hidden=hidden, outputs=outputs)
        inputs, hidden, outputs = int(inputs), int(hidden), int(outputs)
        expect_counts(0, 2**63 - 1, seed=seed)
        expect_finite_numbers(forget_bias=forget_bias)
        torch.manual_seed(seed)
        if cell == "lstm":
            self.recurrent = nn.LSTM(inputs, hidden)
        else:
            self.recurrent = nn.RNN(inputs, hidden, nonlinearity="relu" if cell == "irnn" else "tanh")
        self.readout = nn.Linear(hidden, outputs)
        with torch.no_grad():
            _start(self.recurrent, "identity" if cell == "irnn" else start, hidden, seed)
            if cell == "irnn":
                nn.init.normal_(self.recurrent.weight_ih_l0, std=0.001)
            if cell == "lstm":
                self.recurrent.bias_ih_l0[hidden : 2 * hidden] = forget_bias
                self.recurrent.bias_hh_l0[hidden : 2 * hidden] = 0.0

    def forward(self, x):
        _expect_sequence(x, self.recurrent.weight_ih_l0, self.recurrent.input_size)
        states, _ = self.recurrent(x)
        return self.readout(states[-1])


class Recurrent(nn.Module):
    """One recurrent layer of any cell of the course, peephole and coupled LSTMs and the minGRU included: x -> h.

    It starts at `params` (as float32; its parameters have their names); `options` are those of the cell's functions,
    as coupled=True. forward(x (T, B, D)) -> h (T, B, H), from a state of zeros. The numbers and the gradients are
    computed by NumPy, by `helpers.sequence` and `helpers.bptt`: autograd would have to follow a Python loop. So it
    runs on the CPU only, has first derivatives only, and gives no gradient to a cell but through h. Raises TypeError
    for params of no cell or an unknown option, TypeError and ValueError as the functions of the cell; forward raises
    as that of `ElmanNet`, ValueError for an x with NaN or infinity, and FloatingPointError as those functions.
    """

    def __init__(self, params, **options):
        super().__init__()
        self.kind, self.options = kind_of(params), options
        known = set(inspect.signature(self.kind.forward).parameters) - {"params", "x", "h0", "c0"}
        if unknown := sorted(set(options) - known):
            raise TypeError(f"options: expected none but {sorted(known)} for {self.kind.name}, got {unknown[0]!r}")
        params, inputs, _ = as_params(params, self.kind.params)
        for name, value in params._asdict().items():
            if value is not None:
                value = value if isinstance(value, torch.Tensor) else torch.from_numpy(np.array(value, order="C"))
                value = nn.Parameter(value.detach().float().clone())
            self.register_parameter(name, value)
        self(torch.zeros(1, 1, inputs))  # what the functions of the cell refuse, they refuse now

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        _expect_sequence(x, self.W_x, len(self.W_x))
        return _Unrolled.apply(self.kind, self.options, x, *(getattr(self, name) for name in self.kind.params._fields))


class _Unrolled(torch.autograd.Function):
    """The states of a cell over a sequence, with the gradients of its backward pass by hand."""

    @staticmethod
    def forward(ctx, kind, options, x, *weights):
        ctx.kind, ctx.options = kind, options
        ctx.trace = kind.forward(kind.params(*map(_as_numpy, weights)), _as_numpy(x), **options)
        h = torch.from_numpy(ctx.trace.h)
        ctx.save_for_backward(x, h, *weights)  # so that torch refuses to go back once one of them has been changed
        return h

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, grad_h):
        x, _, *weights = (_as_numpy(saved) for saved in ctx.saved_tensors)
        grads = ctx.kind.backward(ctx.kind.params(*weights), x, ctx.trace, _as_numpy(grad_h), **ctx.options)
        return None, None, *(None if g is None else torch.from_numpy(g) for g in (grads.x, *grads.params))


def _as_numpy(tensor):
    return None if tensor is None else tensor.detach().numpy()


def _expect_sequence(x, weight, inputs: int):
    """Raise unless x (T, B, inputs) is what a recurrent layer with this input weight reads, in the same dtype."""
    if not isinstance(x, torch.Tensor) or x.dtype != weight.dtype:
        raise TypeError(f"x: expected a tensor of {weight.dtype}, got {getattr(x, 'dtype', type(x).__name__)}")
    namespace(weight=weight, x=x)
    expect_shape("x", x, ("T", "B", inputs))
    if 0 in x.shape:
        raise ValueError(f"x: expected at least one step of one sequence, got shape {tuple(x.shape)}")


def _start(layer, start: str, hidden: int, seed: int):
    if start == "uniform":
        return
    if start == "normal":
        weights = torch.from_numpy(scaled_to_radius(normal((hidden, hidden), seed=seed), 0.95))
    elif start == "orthogonal":
        weights = torch.from_numpy(orthogonal(hidden, 1.0, seed))
    else:
        weights = torch.eye(hidden)
    layer.weight_hh_l0.copy_(weights)
    layer.bias_ih_l0.zero_()
    layer.bias_hh_l0.zero_()

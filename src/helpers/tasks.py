"""Seeded batches of the classic memory tasks: adding, temporal order, copying, temporal XOR.

Every task but `xor_batch` takes a random generator and gives `(x, y)` with time first. A `numpy.random.Generator` gives
NumPy arrays (float64 and int64), a `torch.Generator` gives tensors (float32 and int64); the same draws stand behind
both. Where a paper draws sequences of different length, one batch shares one length: each sequence has the paper's
distribution, and no padding is needed.
"""

from __future__ import annotations

import math

import numpy as np

from ._validate import expect_choice, expect_counts

__all__ = [
    "COPY_BLANK",
    "ORDER_CLASSES",
    "ORDER_SYMBOLS",
    "adding",
    "adding_baseline",
    "copy_memory",
    "copy_memory_baseline",
    "temporal_order",
    "xor_batch",
]

ORDER_SYMBOLS = "EBabcdXY"
ORDER_CLASSES = "QRSU"
COPY_BLANK = 0
FORMS = {"1997": 20, "unit": 2}  # of `adding`, each with its shortest length


def adding(length: int, batch: int, rng, form: str = "unit"):
    """Remember two marked numbers among `length` noisy ones and give their sum at the end.

    x (T, B, 2): a random number and a marker at each step; y (B, 1): the answer, due at the last step only.
    `form="1997"` is experiment 4 of Hochreiter & Schmidhuber (1997): numbers from [-1, 1]; T drawn from `length` to
    `length + length // 10`; marker 1 on one of the first ten pairs and on one more of the first `length // 2`, -1 on
    the first and the last pair, 0 elsewhere; a marked first pair keeps its -1 and counts as zero;
    y = 0.5 + (X1 + X2) / 4. `form="unit"` is the form of Arjovsky, Shah & Bengio (2016) and later papers: numbers
    from [0, 1], one marker in each half, T = `length`, y = X1 + X2. Raises ValueError for another form, a length too
    short to mark, or a count that is no whole number, TypeError for an rng that is none.
    """
    expect_choice("form", form, FORMS)
    expect_counts(FORMS[form], length=length)
    expect_counts(batch=batch)
    draw = _adding_1997 if form == "1997" else _adding_unit
    return _as_given(rng, *draw(length, batch, _numpy_generator(rng)))


def _adding_unit(length, batch, rng):
    numbers, columns = rng.uniform(0, 1, (length, batch)), np.arange(batch)
    first, second = rng.integers(0, length // 2, batch), rng.integers(length // 2, length, batch)
    markers = np.zeros((length, batch))
    markers[first, columns] = markers[second, columns] = 1.0
    answer = numbers[first, columns] + numbers[second, columns]
    return np.stack([numbers, markers], axis=-1), answer[:, None]


def _adding_1997(length, batch, rng):
    steps, columns = int(rng.integers(length, length + length // 10 + 1)), np.arange(batch)
    numbers = rng.uniform(-1, 1, (steps, batch))
    first, second = rng.integers(0, 10, batch), rng.integers(0, length // 2 - 1, batch)
    second += second >= first  # count over the pairs still unmarked: skip the first mark
    markers = np.zeros((steps, batch))
    markers[first, columns] = markers[second, columns] = 1.0
    markers[[0, -1]] = -1.0
    numbers[0, (first == 0) | (second == 0)] = 0.0
    answer = 0.5 + (numbers[first, columns] + numbers[second, columns]) / 4
    return np.stack([numbers, markers], axis=-1), answer[:, None]


def adding_baseline(length: int, form: str = "unit") -> float:
    """The mean squared error of the best constant answer to `adding`: the variance of y.

    1/6 for `form="unit"` (always answer 1). For `form="1997"` (always answer 0.5) it is a little below 1/24, because
    a number in the first pair counts as zero. Raises ValueError as `adding`.
    """
    expect_choice("form", form, FORMS)
    expect_counts(FORMS[form], length=length)
    if form == "unit":
        return 1 / 6
    first_is_zero = 1 / 10
    second_is_zero = (1 - first_is_zero) / (length // 2 - 1)
    return ((1 - first_is_zero) + (1 - second_is_zero)) / 3 / 16


def temporal_order(length: int, batch: int, rng):
    """Say which two of the symbols X, Y came, and in which order, among distractors (experiment 6a of
    Hochreiter & Schmidhuber, 1997).

    x (T, B, 8): one-hot over `ORDER_SYMBOLS`; y (B,): an index into `ORDER_CLASSES` (XX→Q, XY→R, YX→S, YY→U). It
    starts with E, ends with B, and holds a, b, c, d elsewhere, but for X or Y at steps t1 and t2. With the paper's
    `length=100`: T from 100 to 110, t1 from 10 to 20, t2 from 50 to 60, all inclusive; other lengths scale.
    Raises ValueError for a length below 10 or a count that is no whole number, TypeError for an rng that is none.
    """
    expect_counts(10, length=length)
    expect_counts(batch=batch)
    draw, columns = _numpy_generator(rng), np.arange(batch)
    tenth = length // 10
    steps = int(draw.integers(length, length + tenth + 1))
    symbols = draw.integers(2, 6, (steps, batch))
    first = draw.integers(length // 10, 2 * length // 10 + 1, batch)
    second = draw.integers(length // 2, 6 * length // 10 + 1, batch)
    pair = draw.integers(0, 2, (2, batch))
    symbols[first, columns], symbols[second, columns] = 6 + pair[0], 6 + pair[1]
    symbols[0], symbols[-1] = 0, 1
    return _as_given(rng, np.eye(len(ORDER_SYMBOLS))[symbols], 2 * pair[0] + pair[1])


def copy_memory(delay: int, batch: int, rng, symbols: int = 8, span: int = 10):
    """Repeat `span` symbols after a wait of `delay` steps (Arjovsky, Shah & Bengio, 2016).

    x (T, B, symbols + 2): one-hot of the symbols 1..`symbols`, then `delay - 1` blanks (`COPY_BLANK`), then one "go"
    mark (the last category), then blanks; T = delay + 2 span. y (T, B): the category due at each step, blank but for
    the last `span` steps. Raises ValueError for a count that is no whole number of at least 1, TypeError for an rng
    that is none.
    """
    expect_counts(delay=delay, batch=batch, symbols=symbols, span=span)
    data = _numpy_generator(rng).integers(1, symbols + 1, (span, batch))
    seen = np.full((delay + 2 * span, batch), COPY_BLANK)
    due = seen.copy()
    seen[:span], seen[span + delay - 1], due[-span:] = data, symbols + 1, data
    return _as_given(rng, np.eye(symbols + 2)[seen], due)


def copy_memory_baseline(delay: int, symbols: int = 8, span: int = 10) -> float:
    """The mean cross-entropy, in nats a step, of knowing when to answer in `copy_memory` but guessing what.

    Raises ValueError for a count that is no whole number of at least 1.
    """
    expect_counts(delay=delay, symbols=symbols, span=span)
    return span * math.log(symbols) / (delay + 2 * span)


def xor_batch(triples: int, B: int):
    """A `batch(rng: torch.Generator)` for `training.fit`: B bit streams as x, y (3 triples - 1, B, 1), y the next bit.

    Every third bit is the exclusive or of the two before it, which are random (Elman, 1990): only every third bit can
    be predicted, and only with a memory of the bit before the current one. Raises ValueError for a count that is no
    whole number of at least 1.
    """
    import torch

    expect_counts(triples=triples, B=B)

    def batch(rng):
        pair = torch.randint(2, (triples, 2, B), generator=rng)
        bits = torch.cat([pair, pair[:, :1] ^ pair[:, 1:]], dim=1).reshape(3 * triples, B, 1).float()
        return bits[:-1], bits[1:]

    return batch


def _numpy_generator(rng) -> np.random.Generator:
    if isinstance(rng, np.random.Generator):
        return rng
    if type(rng).__name__ == "Generator" and type(rng).__module__.partition(".")[0] == "torch":
        import torch

        # One draw from the torch generator seeds the batch, so the tensors depend on its state alone.
        return np.random.default_rng(int(torch.randint(2**62, (), generator=rng)))
    raise TypeError(f"rng: expected a numpy.random.Generator or a torch.Generator, got {type(rng).__name__}")


def _as_given(rng, *arrays):
    if isinstance(rng, np.random.Generator):
        return arrays
    import torch

    return tuple(torch.from_numpy(a).float() if a.dtype.kind == "f" else torch.from_numpy(a) for a in arrays)

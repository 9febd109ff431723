"""What is measured of the networks that read dates: where they look, their doubt, padding, and beams."""

from __future__ import annotations

import datetime
import itertools
import re
import statistics
from collections.abc import Sequence

import numpy as np
import torch

from .. import dates, decoding, seq2seq
from .make_dates import tensors

PADDINGS = (0, 4, 8, 16, 32, 64)
BUGS = {"the weights see it": {"mask": False}, "the encoder reads it": {"lengths": False},
        "both": {"mask": False, "lengths": False}}
WIDTHS = (1, 2, 5)
EACH = 400  # texts of a kind in every test
SEARCHED = 60  # texts that are searched
DIGITS = {"year": range(4), "month": range(5, 7), "day": range(8, 10)}  # where each stands in ISO 8601


def drawn(n: int, **options) -> list[dates.Dated]:
    """n texts of the days of the test, the same for every network."""
    return dates.draw(n, np.random.default_rng(0), days="test", **options)


def correct(reader, texts: Sequence[dates.Dated]) -> np.ndarray:
    """Which texts are read right, character for character."""
    return np.array([said == dated.iso for said, dated in zip(reader(texts), texts, strict=True)])


def accuracy(reader, texts: Sequence[dates.Dated]) -> float:
    """The share of texts that are read right."""
    return share(correct(reader, texts))


def share(right: np.ndarray) -> float:
    """The mean, rounded for the file."""
    return round(float(right.mean()), 4)


@torch.no_grad()
def valid_loss(model) -> float:
    """Nats a symbol on the days that the rate is chosen by."""
    x = tensors(dates.draw(5 * EACH, np.random.default_rng(1), days="valid"))
    return round(model.loss(model(x), x[2]).item(), 5)


def alignment(model) -> dict[str, list[float]]:
    """How often the largest weight of a digit lies on the characters that determine it, for year, month and day.

    Beside it what chance gives: weights that are all alike (`uniform`), and those of another text (`elsewhere`), the
    next of the texts with as many characters.
    """
    texts = sorted(drawn(5 * EACH), key=lambda dated: len(dated.text))
    codes, lengths, written = tensors(texts)
    looked = model.write(codes, lengths, len(written)).weights.argmax(1).numpy()
    pairs = [(k, k + 1) for k in range(len(texts) - 1) if lengths[k] == lengths[k + 1]]
    found = {"aligned": [], "uniform": [], "elsewhere": []}
    for name, digits in DIGITS.items():
        start, stop = np.array([dated.spans[name] for dated in texts]).T
        inside = lambda looked, at: (start[at] <= looked) & (looked < stop[at])  # noqa: B023, E731
        here, other = np.array(pairs).T
        found["aligned"].append(share(inside(looked[list(digits)], slice(None))))
        found["uniform"].append(share((stop - start) / lengths.numpy()))
        found["elsewhere"].append(share(inside(looked[list(digits)][:, other], here)))
    return found


def doubts(model) -> dict[str, list[float]]:
    """The doubt, 1 - p of the whole answer, on plain, longer, ambiguous and impossible texts: its quartiles.

    And what is answered: of bare ambiguous numbers the day first, the month first, something else; of impossible dates
    what stands there, a day that exists, no date at all.
    """
    kinds = {"plain": drawn(EACH), "longer": drawn(EACH, shortest=61, longest=72),
             "ambiguous": bare(drawn(2 * EACH, kind="ambiguous")), "impossible": drawn(EACH, kind="impossible")}
    measures, said = {}, {}
    for kind, texts in kinds.items():
        said[kind], doubt = answers(model, texts)
        measures[f"doubt {kind}"] = [round(float(q), 5) for q in np.quantile(doubt, (0.25, 0.5, 0.75))]
    measures["ambiguous"] = _shares([readings(dated).get(iso, 2) for iso, dated in
                                     zip(said["ambiguous"], kinds["ambiguous"], strict=True)])
    measures["impossible"] = _shares([0 if iso == dated.iso else 1 if exists(iso) else 2 for iso, dated in
                                      zip(said["impossible"], kinds["impossible"], strict=True)])
    return measures


def answers(model, texts: Sequence[dates.Dated]) -> tuple[list[str], np.ndarray]:
    """What is written for each text, and the doubt: 1 - the probability of all its symbols together."""
    codes, lengths, written = tensors(texts)
    got = model.write(codes, lengths, len(written))
    return [dates.decode(column) for column in got.codes.T], 1 - got.probabilities.amax(-1).prod(0).double().numpy()


def bare(texts: Sequence[dates.Dated]) -> list[dates.Dated]:
    """Those that are a date in numbers alone, so that nothing says the language."""
    return [dated for dated in texts if re.fullmatch(r"[\d/]+", dated.text)]


def readings(dated: dates.Dated) -> dict[str, int]:
    """The two dates that an ambiguous text may mean: 0 with the day first, 1 with the month first."""
    first, second = (int(number) for number in dated.text.split("/")[:2])
    return {f"{dated.iso[:4]}-{second:02d}-{first:02d}": 0, f"{dated.iso[:4]}-{first:02d}-{second:02d}": 1}


def exists(iso: str) -> bool:
    """Whether this is the ISO 8601 form of a day."""
    try:
        return datetime.date.fromisoformat(iso).isoformat() == iso
    except ValueError:
        return False


def _shares(which: Sequence[int]) -> list[float]:
    return [round(float(n), 4) for n in np.bincount(which, minlength=3) / len(which)]


def padded(model) -> dict[str, list[float]]:
    """Accuracy of the same network when the padding counts, by how much of it stands behind each text."""
    texts, measures = drawn(EACH), {}
    codes, lengths, written = tensors(texts)
    wide = torch.full((dates.LONGEST + max(PADDINGS), len(texts)), dates.UNKNOWN + 1)
    wide[:len(codes)] = codes
    for name, flags in BUGS.items():
        if model.query is None and not flags.get("mask", True):
            continue  # without attention there are no weights to see it
        model.mask, model.lengths = flags.get("mask", True), flags.get("lengths", True)
        measures[f"padding: {name}"] = [_padded(model, texts, wide, lengths, extra) for extra in PADDINGS]
    model.mask = model.lengths = True
    return measures


def _padded(model, texts, wide, lengths, extra: int) -> float:
    """Accuracy with exactly `extra` places of padding behind every text: texts of one length go together."""
    said = [""] * len(texts)
    for length in lengths.unique():
        at = torch.nonzero(lengths == length)[:, 0]
        got = model.write(wide[:length + extra, at], lengths[at], dates.WRITTEN).codes.T
        for k, column in zip(at.tolist(), got, strict=True):
            said[k] = dates.decode(column)
    return accuracy(lambda _: said, texts)


def beams(model) -> dict[str, list[float]]:
    """What a beam of each width answers: the share that is right, or one of the two readings of ambiguous numbers.

    Beside it the mean log-probability of the answers.
    """
    params, measures = seq2seq.as_params(model), {}
    texts = {"plain": drawn(SEARCHED), "ambiguous": bare(drawn(3 * SEARCHED, kind="ambiguous"))[:SEARCHED]}
    for kind, width in itertools.product(texts, WIDTHS):
        best = [decoding.beam_search(*dates.writer(params, dated.text), width, dates.WRITTEN,
                                     dates.SYMBOLS.index("\n"))[0] for dated in texts[kind]]
        fits = [dates.decode(one.codes) in (readings(dated) if kind == "ambiguous" else {dated.iso})
                for one, dated in zip(best, texts[kind], strict=True)]
        log_p = statistics.mean(one.log_p for one in best)
        measures[f"beam {width}, {kind}"] = [share(np.array(fits)), round(log_p, 4)]
    return measures

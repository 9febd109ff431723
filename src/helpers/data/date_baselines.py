"""Two readers of dates that are no recurrent networks: rules by hand, and a linear model of character n-grams."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn

from .. import dates, training
from .make_dates import STEPS, B, tensors

BUCKETS = 2**15  # n-grams that fall into one are one to the model
LONGEST_GRAM, BATCH = 5, 4 * B  # a quarter as many batches as a network has, four times as large
RATE = 0.01  # the best of 0.003, 0.01, 0.03 on the days for validation
CLASSES = (100, 12, 31)  # years, months, days


def by_rules(text: str) -> str:
    """The date that a text says, by rules for all the ways of writing it; a day before a month where both could be.

    The last name of a month counts, since a weekday before it may have the same: mar is a Tuesday and March in Italian.
    """
    text = text.lower()
    numbers = re.findall(r"\d+", text)
    named = [(match.start(), month) for name, month in _months()
             for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
    if named:
        day, year, month = *numbers, max(named)[1]
    elif len(numbers[0]) == 4:
        year, month, day = numbers
    else:
        day, month, year = numbers
        if int(month) > 12:
            day, month = month, day
    century = 0 if len(year) == 4 else 1900 if int(year) >= 50 else 2000
    return f"{century + int(year)}-{int(month):02d}-{int(day):02d}"


@functools.cache
def _months() -> list[tuple[str, int]]:
    return sorted({named for language in dates.LANGUAGES if language not in ("Chinese", "Japanese")
                   for named in dates.months(language)})


def grams(codes: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """The buckets (B, n-grams) of every run of 1 to LONGEST_GRAM characters of codes (S, B), BUCKETS for none.

    A text begins and ends with a code of its own, so that a number's ends are told from its middle.
    """
    edge = torch.full_like(codes[:1], dates.UNKNOWN + 1)
    wide = torch.cat([edge, codes, edge]).numpy().astype(np.uint64)
    places, found = np.arange(len(wide))[:, None], []
    hashed = np.zeros_like(wide)
    for n in range(1, LONGEST_GRAM + 1):
        hashed = hashed[:len(wide) - n + 1] * np.uint64(1_000_003) + wide[n - 1:] + np.uint64(n)
        mixed = (hashed * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(49)  # Fibonacci hashing to 15 bits
        found.append(np.where(places[:len(mixed)] + n <= lengths.numpy() + 2, mixed, BUCKETS))
    return torch.as_tensor(np.concatenate(found).astype(np.int64).T.copy())


def by_grams(texts: Sequence[dates.Dated], seed: int) -> Callable:
    """A reader of lists of texts: softmax regressions of year, month and day on the n-grams that a text has."""
    torch.manual_seed(seed)
    codes, lengths, _ = tensors(texts)
    wanted = torch.tensor([[int(dated.iso[:4]) - 1950, int(dated.iso[5:7]) - 1, int(dated.iso[8:]) - 1]
                           for dated in texts])
    model = nn.EmbeddingBag(BUCKETS + 1, sum(CLASSES), mode="sum", padding_idx=BUCKETS)
    nn.init.zeros_(model.weight)

    def batch(rng):
        at = torch.randint(len(texts), (BATCH,), generator=rng)
        return grams(codes[:lengths[at].max(), at], lengths[at]), wanted[at]

    def loss(scores, y):
        return sum(nn.functional.cross_entropy(part, y[:, k]) for k, part in enumerate(scores.split(CLASSES, dim=1)))

    training.fit(model, batch, B * STEPS // BATCH, loss=loss, lr=RATE, clip=None, seed=seed, label="n-grams")

    @torch.no_grad()
    def reader(texts: Sequence[dates.Dated]) -> list[str]:
        scores = model(grams(*tensors(texts)[:2]))
        year, month, day = (part.argmax(1).tolist() for part in scores.split(CLASSES, dim=1))
        return [f"{y + 1950}-{m + 1:02d}-{d + 1:02d}" for y, m, d in zip(year, month, day, strict=True)]

    return reader

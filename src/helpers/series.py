"""A real series to forecast, the sea's temperature month by month, and the forecasts that need no network.

The temperatures are those of the region Niño 3.4 in the tropical Pacific, 1950 to 2010 (`data/make_nino.py` says where
they come from). Every forecast here is an array as long as the series: entry t is what is said of month t in month
t - ahead, made of months up to t - ahead alone, and NaN where those do not reach. Whatever is fitted or averaged is so
over the training months, so that no forecast knows the months it is tested on.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ._validate import expect_choice, expect_counts, expect_flags, expect_number

__all__ = ["TEST", "TRAIN", "VALID", "Series", "anomalies", "autoregression", "climatology", "load", "mae", "mase",
           "naive", "persistence", "seasonal_naive"]

TRAIN, VALID, TEST = slice(0, 480), slice(480, 600), slice(600, 732)  # 1950 to 1989, the nineties, 2000 to 2010
SPANS = {"train": TRAIN, "validation": VALID, "test": TEST}
YEAR = 12


class Series(NamedTuple):
    """A monthly series: its values (N,), in degrees Celsius, with the year (N,) and the month 1 to 12 (N,) of each."""

    celsius: np.ndarray
    year: np.ndarray
    month: np.ndarray


@cache
def load() -> Series:
    """The 732 months of Niño 3.4, January 1950 to December 2010; the arrays cannot be written to."""
    table = np.loadtxt(Path(__file__).parent / "data" / "nino.csv", delimiter=",", skiprows=1)
    celsius, year = table[:, 1:].ravel(), np.repeat(table[:, 0].astype(int), YEAR)
    month = np.tile(np.arange(1, YEAR + 1), len(table))
    for array in (celsius, year, month):
        array.flags.writeable = False
    return Series(celsius, year, month)


def climatology(celsius: np.ndarray) -> np.ndarray:
    """The mean of the training years for each month, as a forecast (N,): the same whatever happened lately."""
    means = celsius[TRAIN].reshape(-1, YEAR).mean(axis=0)
    return np.resize(means, len(celsius))


def anomalies(celsius: np.ndarray) -> np.ndarray:
    """How much warmer each month is than its climatology (N,)."""
    return celsius - climatology(celsius)


def naive(celsius: np.ndarray, ahead: int) -> np.ndarray:
    """It will be as warm as it is now."""
    return _later(celsius, ahead)


def seasonal_naive(celsius: np.ndarray, ahead: int) -> np.ndarray:
    """It will be as warm as in the same month of the last year that is known."""
    expect_counts(ahead=ahead)
    return _later(celsius, -(-ahead // YEAR) * YEAR)


def persistence(celsius: np.ndarray, ahead: int) -> np.ndarray:
    """It will be as much warmer than usual as it is now: climatology, and the anomaly of today."""
    return climatology(celsius) + _later(anomalies(celsius), ahead)


def autoregression(celsius: np.ndarray, ahead: int, lags: int, penalty: float = 0.0,
                   by_season: bool = False) -> np.ndarray:
    """Climatology, and a linear function of the last `lags` anomalies: least squares over the training months.

    One regression for each `ahead`, direct and not step by step. `penalty`: what is added to the squared error for each
    unit of the squared weights (ridge). `by_season`: each weight may go up and down once in a year, as a constant plus
    a sine and a cosine of the month. `celsius` begins in a January. Raises TypeError or ValueError for ahead or lags
    that are no whole numbers of at least 1, for so many that no training month is left, for a penalty below 0, or for a
    by_season that is no bool.
    """
    expect_counts(ahead=ahead, lags=lags)
    expect_flags(by_season=by_season)
    expect_number("penalty", penalty, low=0.0)
    if ahead + lags >= TRAIN.stop:
        raise ValueError(f"ahead, lags: expected less than the {TRAIN.stop} training months together")
    values = anomalies(celsius)
    known = np.stack([_later(values, ahead + k) for k in range(lags)], axis=1)
    if by_season:
        angle = 2 * np.pi * np.arange(len(values))[:, None] / YEAR
        known = np.concatenate([known, known * np.sin(angle), known * np.cos(angle)], axis=1)
    fitted = slice(ahead + lags - 1, TRAIN.stop)
    x, y = known[fitted], values[fitted]
    weights = np.linalg.solve(x.T @ x + penalty * np.eye(x.shape[1]), x.T @ y)
    return climatology(celsius) + known @ weights


def mae(forecast: np.ndarray, celsius: np.ndarray, span: str = "test") -> float:
    """The mean absolute error of a forecast (N,) in a span (train, validation, test), where there is one."""
    expect_choice("span", span, SPANS)
    return float(np.nanmean(np.abs(forecast - celsius)[SPANS[span]]))


def mase(forecast: np.ndarray, celsius: np.ndarray, span: str = "test") -> float:
    """The mean absolute error, scaled by that of the seasonal naive forecast in the training months.

    Below 1: better than saying what was the same month of the year before. Scaled errors: Hyndman & Koehler (2006).
    """
    return mae(forecast, celsius, span) / mae(seasonal_naive(celsius, YEAR), celsius, "train")


def _later(values: np.ndarray, months: int) -> np.ndarray:
    """The values moved on by `months`, with NaN before the first."""
    expect_counts(months=months)
    return np.concatenate([np.full(months, np.nan), values])[: len(values)]

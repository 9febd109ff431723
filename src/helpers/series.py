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
from array_api_compat import is_torch_array

from ._validate import (
    LARGEST,
    as_floats,
    expect_choice,
    expect_counts,
    expect_finite,
    expect_flags,
    expect_no_overflow,
    expect_number,
    expect_shape,
)
from .params import to_numpy

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
    """The mean of the training years for each month, as a forecast (N,): the same whatever happened lately.

    Raises TypeError for a celsius that is no array of real numbers, ValueError for another shape than (N,), fewer
    months than those of TRAIN, NaN or infinity, FloatingPointError for numbers too large to be added.
    """
    celsius = _checked(celsius)
    means = celsius[TRAIN].reshape(-1, YEAR).mean(axis=0)
    return _finite(np.resize(means, len(celsius)))


def anomalies(celsius: np.ndarray) -> np.ndarray:
    """How much warmer each month is than its climatology (N,). Raises as `climatology`."""
    return _finite(_checked(celsius) - climatology(celsius))


def naive(celsius: np.ndarray, ahead: int) -> np.ndarray:
    """It will be as warm as it is now; NaN for the first months.

    Raises as `climatology`, ValueError too for an ahead that is no whole number of at least 1.
    """
    return _later(_checked(celsius), ahead)


def seasonal_naive(celsius: np.ndarray, ahead: int) -> np.ndarray:
    """It will be as warm as in the same month of the last year that is known. NaN at first; raises as `naive`."""
    expect_counts(ahead=ahead)
    return _later(_checked(celsius), -(-int(ahead) // YEAR) * YEAR)


def persistence(celsius: np.ndarray, ahead: int) -> np.ndarray:
    """It will be as much warmer than usual as it is now: climatology, and the anomaly of today.

    NaN for the first months; raises as `naive`.
    """
    return climatology(celsius) + _later(anomalies(celsius), ahead)


def autoregression(celsius: np.ndarray, ahead: int, lags: int, penalty: float = 0.0,
                   by_season: bool = False) -> np.ndarray:
    """Climatology, and a linear function of the last `lags` anomalies: least squares over the training months.

    One regression for each `ahead`, direct and not step by step. `penalty`: what is added to the squared error for each
    unit of the squared weights (ridge). `by_season`: each weight may go up and down once in a year, as a constant plus
    a sine and a cosine of the month. `celsius` begins in a January. NaN for the first months. Raises as `climatology`,
    ValueError too for ahead or lags that are no whole numbers of at least 1, for so many that no training month is
    left, for a penalty below 0 or too small for anomalies that do not differ, TypeError too for a penalty that is no
    number or a by_season that is no bool.
    """
    expect_counts(ahead=ahead, lags=lags)
    expect_flags(by_season=by_season)
    expect_number("penalty", penalty, low=0.0, high=LARGEST)
    if ahead + lags >= TRAIN.stop:
        raise ValueError(f"ahead, lags: expected less than the {TRAIN.stop} training months together")
    values = anomalies(celsius)
    known = np.stack([_later(values, ahead + k) for k in range(lags)], axis=1)
    if by_season:
        angle = 2 * np.pi * np.arange(len(values))[:, None] / YEAR
        known = np.concatenate([known, known * np.sin(angle), known * np.cos(angle)], axis=1)
    fitted = slice(ahead + lags - 1, TRAIN.stop)
    x, y = known[fitted], values[fitted]
    squares = _finite(x.T @ x + float(penalty) * np.eye(x.shape[1]))
    try:
        weights = _finite(np.linalg.solve(squares, x.T @ y))
    except np.linalg.LinAlgError:
        raise ValueError("celsius: expected anomalies that differ, or a penalty above 0") from None
    return climatology(celsius) + known @ weights


def mae(forecast: np.ndarray, celsius: np.ndarray, span: str = "test") -> float:
    """The mean absolute error of a forecast (N,) in a span (train, validation, test), where there is one.

    Raises as `climatology`, ValueError too for a forecast of another length, with infinity, or without any month of
    the span, and for another span.
    """
    expect_choice("span", span, SPANS)
    celsius, forecast = _checked(celsius), _numbers("forecast", forecast)
    expect_shape("forecast", forecast, celsius.shape)
    said = ~np.isnan(forecast)
    expect_finite(forecast=forecast[said])
    errors = np.abs(forecast - celsius)[SPANS[span]][said[SPANS[span]]]
    if not errors.size:
        raise ValueError(f"forecast: expected one for some month of the span {span}, got NaN for all of them")
    return float(_finite(errors.mean()))


def mase(forecast: np.ndarray, celsius: np.ndarray, span: str = "test") -> float:
    """The mean absolute error, scaled by that of the seasonal naive forecast in the training months.

    1 is the error that the seasonal naive forecast makes in the training months (Hyndman & Koehler 2006).
    Raises as `mae`, ValueError too for years that repeat exactly, of which there is no scale.
    """
    scale = mae(seasonal_naive(celsius, YEAR), celsius, "train")
    if scale == 0.0:
        raise ValueError("celsius: expected training years that differ, got the same year again and again")
    return float(_finite(np.float64(mae(forecast, celsius, span)) / scale))


def _later(values: np.ndarray, months: int) -> np.ndarray:
    """The values moved on by `months`, with NaN before the first."""
    expect_counts(ahead=months)
    return np.concatenate([np.full(min(int(months), len(values)), np.nan), values])[: len(values)]


def _numbers(name: str, values) -> np.ndarray:
    """`values` as float64 of NumPy."""
    values = as_floats(name, values)
    return np.asarray(to_numpy(name, values) if is_torch_array(values) else values, dtype=np.float64)


def _checked(celsius) -> np.ndarray:
    """`celsius` as float64 (N,), finite and with all the months of TRAIN."""
    celsius = _numbers("celsius", celsius)
    expect_shape("celsius", celsius, ("N",))
    if len(celsius) < TRAIN.stop:
        raise ValueError(f"celsius: expected the {TRAIN.stop} training months at least, got {len(celsius)}")
    expect_finite(celsius=celsius)
    return celsius


def _finite(result):
    """`result`, or FloatingPointError where the numbers were too large for it."""
    expect_no_overflow("celsius is too large", infinite=True, result=result)
    return result

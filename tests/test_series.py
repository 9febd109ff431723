"""Forecasts without a network: none of them sees the future, and each says what its name says."""

import numpy as np
import pytest

from helpers import series
from helpers.series import TEST, TRAIN, VALID

RECORD = series.load()
FORECASTS = {
    "naive": series.naive,
    "seasonal naive": series.seasonal_naive,
    "climatology": lambda celsius, ahead: series.climatology(celsius),
    "persistence": series.persistence,
    "autoregression": lambda celsius, ahead: series.autoregression(celsius, ahead, 3),
    "by season": lambda celsius, ahead: series.autoregression(celsius, ahead, 3, 1.0, by_season=True),
}


def test_the_series_is_whole_and_its_spans_are_in_order():
    assert len(RECORD.celsius) == 61 * 12 and RECORD.year[0] == 1950 and RECORD.year[-1] == 2010
    assert (RECORD.month[:13] == [*range(1, 13), 1]).all() and 20 < RECORD.celsius.min() < RECORD.celsius.max() < 30
    assert (RECORD.celsius[:3] == [24.83, 25.20, 26.03]).all() and RECORD.celsius[-1] == 25.29
    assert RECORD.year[TRAIN.stop] == 1990 == RECORD.year[VALID][0] and RECORD.year[TEST][0] == 2000
    assert TEST.stop == len(RECORD.celsius)
    with pytest.raises(ValueError, match="read-only"):
        RECORD.celsius[0] = 0.0


@pytest.mark.parametrize("ahead", [1, 6, 12, 13])
@pytest.mark.parametrize("name", FORECASTS)
def test_no_forecast_of_the_test_years_sees_the_future(name, ahead):
    """Change everything from month t - ahead + 1 on: the forecast of month t stays as it was."""
    for t in (620, 731):
        changed = RECORD.celsius.copy()
        changed[t - ahead + 1 :] += 100.0
        before, after = (FORECASTS[name](values, ahead)[t] for values in (RECORD.celsius, changed))
        assert before == after


def test_each_says_what_its_name_says():
    celsius, t = RECORD.celsius, 700
    assert series.naive(celsius, 6)[t] == celsius[t - 6]
    assert series.seasonal_naive(celsius, 6)[t] == series.seasonal_naive(celsius, 12)[t] == celsius[t - 12]
    assert series.seasonal_naive(celsius, 13)[t] == celsius[t - 24]
    usual = celsius[t % 12 : 480 : 12].mean()
    assert series.climatology(celsius)[t] == pytest.approx(usual)
    before = celsius[t - 6] - celsius[(t - 6) % 12 : 480 : 12].mean()
    assert series.persistence(celsius, 6)[t] == pytest.approx(usual + before)
    assert np.isnan(series.naive(celsius, 6)[:6]).all() and not np.isnan(series.naive(celsius, 6)[6:]).any()


@pytest.mark.parametrize(("ahead", "lags", "penalty", "by_season"), [(1, 2, 0.0, False), (6, 3, 5.0, True)])
def test_autoregression_is_the_ridge_regression_of_another_library(ahead, lags, penalty, by_season):
    linear_model = pytest.importorskip("sklearn.linear_model")
    values, rows, targets = series.anomalies(RECORD.celsius), [], []
    for t in range(ahead + lags - 1, len(values)):
        seen = values[t - ahead - lags + 1 : t - ahead + 1]
        angle = 2 * np.pi * (RECORD.month[t] - 1) / 12
        rows.append(np.concatenate([seen, seen * np.sin(angle), seen * np.cos(angle)]) if by_season else seen)
        targets.append(values[t])
    fitted = TRAIN.stop - (ahead + lags - 1)
    model = linear_model.Ridge(alpha=penalty, fit_intercept=False).fit(rows[:fitted], targets[:fitted])
    want = model.predict(rows) + series.climatology(RECORD.celsius)[ahead + lags - 1 :]
    got = series.autoregression(RECORD.celsius, ahead, lags, penalty, by_season)[ahead + lags - 1 :]
    np.testing.assert_allclose(got, want, atol=1e-8)


def test_the_scaled_error_is_one_for_last_years_value_in_the_training_years():
    celsius = RECORD.celsius
    assert series.mase(series.seasonal_naive(celsius, 12), celsius, "train") == pytest.approx(1)
    shifted = celsius + 0.5
    assert series.mae(shifted, celsius) == pytest.approx(0.5)
    scale = np.abs(celsius[12:480] - celsius[:468]).mean()
    assert series.mase(shifted, celsius, "validation") == pytest.approx(0.5 / scale)


@pytest.mark.parametrize(("call", "error", "says"), [
    (lambda: series.naive(RECORD.celsius, 0), ValueError, "ahead: expected"),
    (lambda: series.seasonal_naive(RECORD.celsius, 1.5), (TypeError, ValueError), "ahead: expected"),
    (lambda: series.autoregression(RECORD.celsius, 1, 0), ValueError, "lags: expected"),
    (lambda: series.autoregression(RECORD.celsius, 12, 470), ValueError, "480 training months"),
    (lambda: series.autoregression(RECORD.celsius, 1, 2, -1.0), ValueError, "penalty: expected"),
    (lambda: series.autoregression(RECORD.celsius, 1, 2, by_season=1), TypeError, "by_season"),
    (lambda: series.mae(RECORD.celsius, RECORD.celsius, "future"), ValueError, "span: expected one of train"),
])
def test_what_is_refused(call, error, says):
    with pytest.raises(error, match=says):
        call()

"""Sentences of chapter 08 about numbers that its cells print or that experiments saved."""

import numpy as np
import pytest
import torch

from helpers import dates, digits, series
from helpers.measured import measured


def test_where_the_image_enters():
    exact = {way: shares["exact"] for way, shares in measured("captions").items()}
    others = ("first step", "before the words", "output")
    assert min(exact["every step"]) > max(max(exact[way]) for way in others)
    assert np.median(exact["output"]) == min(np.median(exact[way]) for way in ("every step", *others))
    assert max(exact["every step"]) < exact["four linear classifiers and the rule"][0]
    assert max(exact["nowhere"]) <= 0.02 and set(measured("captions")["nowhere"]["sentence"]) == {1.0}


@pytest.mark.parametrize("way", ["first step", "before the words", "output"])
def test_the_gradient_of_each_way_to_let_an_image_in(way):
    """It is the sum over the steps at which the image comes in, times the image; the chapter runs the first way."""
    D, H, I, K, T = 3, 4, 2, 6, 5
    rng = torch.Generator().manual_seed(0)
    W_xh, W_hh, b, W_y, x, W, v = (torch.randn(*shape, generator=rng, dtype=torch.float64) for shape in
                                   ((H, D), (H, H), (H,), (K, H), (T, D), (K if way == "output" else H, I), (I,)))
    image = W.requires_grad_() @ v.requires_grad_()
    entered = []  # the arguments of tanh or softmax in which the image is

    def let_in(argument):
        entered.append(argument + image)
        entered[-1].retain_grad()
        return entered[-1]

    s = torch.tanh(let_in(b)) if way == "before the words" else torch.zeros(H, dtype=torch.float64)
    loss = 0
    for t in range(T):
        a = W_xh @ x[t] + W_hh @ s + b
        s = torch.tanh(let_in(a) if way == "first step" and t == 0 else a)
        scores = W_y @ s
        loss = loss - torch.log_softmax(let_in(scores) if way == "output" else scores, 0)[t]
    loss.backward()
    total = sum(each.grad for each in entered)
    assert len(entered) == (T if way == "output" else 1)
    torch.testing.assert_close(W.grad, torch.outer(total, v.detach()))
    torch.testing.assert_close(v.grad, W.detach().T @ total)


def test_what_the_sea_does_with_an_anomaly_depends_on_the_month():
    anomaly = series.anomalies(series.load().celsius)
    march, september = (np.corrcoef(anomaly[start:468:12], anomaly[start + 6 : 474 : 12])[0, 1] for start in (2, 8))
    assert march < 0.35 and september > 0.65


def test_the_four_simple_forecasts_change_places():
    celsius = series.load().celsius
    error = {(name, ahead): series.mase(forecast(celsius, ahead), celsius) for ahead in (1, 12) for name, forecast in
             {"naive": series.naive, "seasonal naive": series.seasonal_naive, "persistence": series.persistence,
              "climatology": lambda celsius, _: series.climatology(celsius)}.items()}
    assert min((key for key in error if key[1] == 1), key=error.get)[0] == "persistence"
    assert min((key for key in error if key[1] == 12), key=error.get)[0] == "climatology"
    assert error["naive", 12] == error["seasonal naive", 12] == error["persistence", 12] > error["climatology", 12]


@pytest.mark.parametrize("ahead", [6])
def test_the_season_is_worth_more_than_lags(ahead):
    celsius = series.load().celsius
    lags = (1, 2, 3, 6, 12, 18, 24)
    plain = [series.mase(series.autoregression(celsius, ahead, n), celsius) for n in lags]
    tried = [series.autoregression(celsius, ahead, n, by_season=True) for n in lags]
    chosen = min(tried, key=lambda one: series.mae(one, celsius, "validation"))
    assert series.mase(chosen, celsius) < min(plain)


def test_both_networks_read_the_dates_that_the_chapter_shows():
    for low, high in ((1, 36), (37, 60)):
        drawn = dates.draw(60, np.random.default_rng(0), days="test", shortest=low, longest=high)
        for network in dates.NETS:
            params = dates.trained(network)
            assert np.mean([dates.read(params, date.text).text == date.iso for date in drawn]) >= 0.98


def test_what_a_shift_does_to_readers_of_digits():
    networks, simple = measured("digits")["networks"], measured("digits")["simple"]["pixels"]
    right = {order: {cell: row["right"] for cell, row in cells.items()} for order, cells in networks.items()}
    moved = {order: {cell: row["moved"] for cell, row in cells.items()} for order, cells in networks.items()}
    plain, gated = "tanh RNN", ("GRU", "LSTM")
    rows = right["rows"].values()
    assert max(min(r) for r in rows) < min(max(r) for r in rows)
    assert max(right["pixels"][plain]) < min(min(r) for cell, r in right["pixels"].items() if cell != plain)
    assert abs(np.median(right["pixels"][f"{plain}, orthogonal"]) - np.median(right["pixels"]["GRU"])) < 0.01
    best = simple["nearest neighbours"]["right"][0]
    assert max(max(r) for order in ("pixels", "rows") for r in right[order].values()) < best
    assert simple["nearest neighbours"]["moved"][0] < 2 / 3 and simple["logistic regression"]["moved"][0] < 0.42
    assert max(max(r) for r in moved["rows"].values()) < 0.42
    for cell in gated:
        assert all(before - after < 0.06 for before, after in
                   zip(right["pixels"][cell], moved["pixels"][cell], strict=True))
        assert max(moved["shuffled pixels"][cell]) < 0.3
    for cell in (plain, f"{plain}, orthogonal"):
        lost = np.subtract(right["pixels"][cell], moved["pixels"][cell])
        assert np.median(lost) > 0.3 and np.ptp(moved["pixels"][cell]) > 0.2


@pytest.mark.parametrize("cell", ["GRU", "LSTM"])
def test_one_pixel_to_either_side_costs_little_and_two_cost_much(cell):
    """The shipped readers, as the chapter prints them."""
    images, labels = digits.load()[2:]
    wide, reader = np.pad(images, ((0, 0), (0, 0), (2, 2))), digits.trained(cell, "pixels")
    right = [(digits.read(reader, digits.as_pixels(wide[:, :, 2 - by : 10 - by]))[-1].argmax(-1) == labels).mean()
             for by in range(-2, 3)]
    assert max(right[1:4]) - min(right[1:4]) <= 0.03 and max(right[0], right[4]) < right[2] - 0.13


def test_what_the_two_seeds_that_chose_a_rate_say():
    """Six months ahead one of the LSTM's is behind the plain autoregression; twelve ahead both GRUs lead their row."""
    found = measured("forecast")
    worst = max(found["6"]["LSTM"]["mase of the tuning seeds"])
    assert worst > found["6"]["autoregression"]["mase"][0] > max(found["6"]["LSTM"]["mase"])
    others = sorted(found["12"]["GRU"]["mase of the tuning seeds"])
    assert np.round(others, 2).tolist() == [0.59, 0.64]
    assert others[1] < found["12"]["climatology"]["mase"][0] < min(found["12"]["GRU"]["mase"])
    ahead = [run > found["6"]["autoregression by season"]["mase"][0] for net in ("LSTM", "GRU")
             for run in found["6"][net]["mase"]]
    assert sum(ahead) > len(ahead) / 2


def test_what_reading_longer_reviews_costs():
    found = {name: row["right"] for name, row in measured("reviews")["3200"].items()}
    rules = min(found["bag of words, marks by hand"]["longer"])
    runs = [share for net in ("LSTM", "GRU") for share in found[net]["longer"]]
    assert rules > 0.99 and sum(share < rules for share in runs) == 9
    assert min(min(found[net]["new pair"]) for net in ("LSTM", "GRU")) > 0.75


def test_a_random_split_looks_as_good_as_a_forecast_of_one_month():
    record = series.load()
    anomaly, months = series.anomalies(record.celsius), np.random.default_rng(0).permutation(732)
    train, test = np.sort(months[:600]), months[600:]
    assert np.mean(np.isin(test - 1, train) | np.isin(test + 1, train)) > 0.97
    nearest = train[np.abs(test[:, None] - train).argmin(axis=1)]
    guessed = np.abs(anomaly[nearest] - anomaly[test]).mean()
    month, year = (np.nanmean(np.abs(series.persistence(record.celsius, ahead) - record.celsius)[test])
                   for ahead in (1, 12))
    assert abs(guessed - month) < 0.02 * year and year > 4 * guessed

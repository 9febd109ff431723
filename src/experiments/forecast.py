"""The temperature of the sea 1, 6 and 12 months ahead: recurrent networks against forecasts that need none."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from helpers import series, tables
from helpers.curves import Curves
from helpers.training import fit

from .core import Run, best_rates, runs_of, tuning_settings
from .wording import over_seeds

NAME = "forecast"
CHAPTER = 8
TITLE = "Forecasting a real series: the sea's temperature"
PAPER = (
    "Makridakis, Spiliotis & Assimakopoulos (2018), on 1,045 monthly series: the eight classical methods that they "
    "tried forecast better than the machine-learning methods, recurrent networks and LSTMs among them."
)
DEVIATIONS = (
    "One series, the monthly temperature of the sea in the region Niño 3.4. Whatever is fitted is fitted to 1950 to "
    "1989; what is chosen is chosen on the nineties; everything is scored on 2000 to 2010, 132 months. A network reads "
    "the anomaly and the time of year month by month, and at each month forecasts the anomaly `ahead` months later: "
    "one layer of 16 units and a linear readout; Adam, clipping at norm 1, at most 400 batches of 16 stretches of 72 "
    "months, the first 12 of them read and not scored. Two seeds choose the rate, 0.003 or 0.01, for each number of "
    "months ahead; five others use it; each run keeps the weights of the batch, of every 20th, that was best on the "
    "nineties. The autoregressions have the best of 9 numbers of lags and 4 ridge penalties there; *by "
    "season* lets each weight change with the time of year, as a network can; the control reads zeros in place of the "
    "time of year, at the LSTM's rate."
)
READING = (
    "In the median the networks win nowhere. One month ahead they are level with the autoregressions, within 0.02 of "
    "the scaled error. Six months ahead each of the five runs of both is ahead of the plain autoregression, which is "
    "often the only baseline (of the two seeds that chose the rate of the LSTM one is not); but both are behind, in "
    "the median, the one that knows the time of year, as they do. An LSTM that is not told the month lies between in "
    "the median, as it would if part of what the LSTM gained were the season; the ranges overlap.\n\n"
    "Twelve months ahead the best is climatology, which does not look at the sea. Seeds matter most there: of the "
    "five LSTMs that are not told the month two are ahead of climatology, at 0.60 and 0.62, and one is far behind, "
    "at 0.83; and the two seeds that chose the rate of the GRU reach 0.59 and 0.64, ahead of all five in its row. "
    "Reported alone, each would tell another story.\n\n"
    "What this does not say: it is one series, with 480 months to fit and 132 to test on, and without the other "
    "measurements that real forecasts of El Niño have."
)

AHEAD = (1, 6, 12)
NETS = {"LSTM": nn.LSTM, "GRU": nn.GRU}
CONTROL = "LSTM, not told the month"
UNITS, RATES = 16, (0.003, 0.01)
TUNING_SEEDS, SEEDS = (100, 101), (0, 1, 2, 3, 4)
BATCHES, EVERY, BATCH, LENGTH, WARM_UP = 400, 20, 16, 72, 12
LAGS, PENALTIES = (1, 2, 3, 6, 12, 18, 24, 36, 48), (0.0, 1.0, 10.0, 100.0)
LINEAR = {"autoregression": False, "autoregression by season": True}
SIMPLE: dict[str, Callable] = {
    "naive": series.naive,
    "seasonal naive": series.seasonal_naive,
    "climatology": lambda celsius, ahead: series.climatology(celsius),
    "persistence of the anomaly": series.persistence,
}
METHODS = (*SIMPLE, *LINEAR, *NETS, CONTROL)


class Forecaster(nn.Module):
    """A recurrent layer and a linear readout of every state: x (T, B, 3) -> forecasts (T, B)."""

    def __init__(self, layer: type):
        super().__init__()
        self.recurrent = layer(3, UNITS)
        self.readout = nn.Linear(UNITS, 1)

    def forward(self, x):
        return self.readout(self.recurrent(x)[0])[..., 0]


def settings() -> list[dict]:
    """Every forecast without a network, and the runs that choose the rates of the networks."""
    simple = [{"method": name, "ahead": ahead, "rate": None, "seed": SEEDS[0]}
              for ahead in AHEAD for name in (*SIMPLE, *LINEAR)]
    return [*simple, *tuning_settings({"method": list(NETS), "ahead": list(AHEAD)}, RATES, TUNING_SEEDS)]


def finals(runs: list[Run]) -> list[dict]:
    """Fresh seeds at the rate that did best on the nineties; the control takes the LSTM's."""
    tuned = [r for r in runs if r.setting["seed"] in TUNING_SEEDS]
    best = best_rates(tuned, ("method", "ahead"), RATES, TUNING_SEEDS)
    rows = [(name, ahead, best.get(("LSTM" if name == CONTROL else name, ahead)))
            for name in (*NETS, CONTROL) for ahead in AHEAD]
    return [{"method": name, "ahead": ahead, "rate": rate, "seed": seed}
            for seed in SEEDS for name, ahead, rate in rows if rate is not None]


def run(method: str, ahead: int, rate: float | None, seed: int) -> tuple[bool, int, float, str, dict]:
    """Make one forecast; the score is its scaled error on the nineties, the measures are those of the test years."""
    celsius, measures, seen = series.load().celsius, {}, 0
    if method in NETS or method == CONTROL:
        forecast, measures["batches"] = train(method, ahead, rate, seed)
        seen = BATCHES * BATCH
    elif method in LINEAR:
        forecast, measures["lags"], measures["penalty"] = chosen_autoregression(ahead, LINEAR[method])
    else:
        forecast = SIMPLE[method](celsius, ahead)
    measures |= {"mase": round(series.mase(forecast, celsius), 4), "celsius": round(series.mae(forecast, celsius), 4),
                 "forecast": [round(value, 3) for value in forecast[series.TEST].tolist()]}
    return False, seen, series.mase(forecast, celsius, "validation"), "limit" if seen else "fitted", measures


def chosen_autoregression(ahead: int, by_season: bool) -> tuple[np.ndarray, int, float]:
    """The forecast of the autoregression that is best on the nineties, with its lags and its penalty."""
    celsius = series.load().celsius
    tried = [(series.autoregression(celsius, ahead, lags, penalty, by_season), lags, penalty)
             for lags in LAGS for penalty in PENALTIES]
    return min(tried, key=lambda one: series.mae(one[0], celsius, "validation"))


def inputs(told: bool) -> tuple[torch.Tensor, torch.Tensor, float]:
    """What a network reads of every month (N, 1, 3), the anomaly as it reads it (N,), and degrees in one unit of it.

    Unless it is `told` the month, zeros stand for the sine and the cosine of the time of year.
    """
    record = series.load()
    anomaly = series.anomalies(record.celsius)
    scale = float(anomaly[series.TRAIN].std())
    angle = 2 * math.pi * record.month / series.YEAR
    x = np.stack([anomaly / scale, told * np.sin(angle), told * np.cos(angle)], axis=-1)[:, None]
    return torch.tensor(x, dtype=torch.float32), torch.tensor(anomaly / scale, dtype=torch.float32), scale


def stretches(x: torch.Tensor, y: torch.Tensor, ahead: int) -> Callable:
    """`batch(rng)`: stretches of LENGTH training months with what is `ahead` of each, no target after the training."""
    last = series.TRAIN.stop - ahead - LENGTH

    def batch(rng):
        months = torch.randint(last + 1, (1, BATCH), generator=rng) + torch.arange(LENGTH)[:, None]
        return x[months, 0], y[months + ahead]

    return batch


def loss(forecasts: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """The mean squared error behind the first year, in which a network has seen too little."""
    return nn.functional.mse_loss(forecasts[WARM_UP:], targets[WARM_UP:])


def train(method: str, ahead: int, rate: float, seed: int) -> tuple[np.ndarray, int]:
    """A network's forecast (N,) in degrees, with the weights that were best on the nineties, and after which batch."""
    x, y, scale = inputs(told=method != CONTROL)
    celsius = series.load().celsius
    torch.manual_seed(seed)
    net = Forecaster(NETS.get(method, nn.LSTM))
    best = [math.inf, None, 0]

    def keep_the_best(step, *_):
        forecast = whole(net, x, ahead, scale)
        error = series.mae(forecast, celsius, "validation")
        if error < best[0]:
            best[:] = error, forecast, step

    fit(net, stretches(x, y, ahead), BATCHES, loss=loss, lr=rate, seed=seed, every=EVERY, callback=keep_the_best)
    return best[1], best[2]


def whole(net: nn.Module, x: torch.Tensor, ahead: int, scale: float) -> np.ndarray:
    """The forecast of every month (N,) by a network that reads the series once from its first month."""
    with torch.no_grad():
        said = scale * net(x)[:, 0].double().numpy()
    later = np.concatenate([np.full(ahead, np.nan), said[:-ahead]])
    return series.climatology(series.load().celsius) + later


def summary(runs: list[Run]) -> dict:
    """{ahead: {method: error scaled and in degrees for each seed, what was chosen, the first seed's forecast}}."""
    return {str(ahead): {name: _row(runs, name, ahead) for name in METHODS} for ahead in AHEAD}


def _row(runs: list[Run], method: str, ahead: int) -> dict:
    here = runs_of(runs, SEEDS, method=method, ahead=ahead)
    first = here[0]
    chosen = {name: value for name, value in (first.setting | first.measures).items()
              if name in ("rate", "lags", "penalty") and value is not None}
    tuned = [r.measures["mase"] for r in runs if r.setting["seed"] in TUNING_SEEDS
             and r.setting | first.setting | {"seed": r.setting["seed"]} == r.setting]
    return {"mase": [r.measures["mase"] for r in here], "celsius": [r.measures["celsius"] for r in here],
            "mase of the tuning seeds": tuned, "chosen": chosen, "forecast": first.measures["forecast"]}


def plots(runs: list[Run]) -> list[Curves]:
    """The scaled error by months ahead; what needs no fit as grey lines."""
    found = summary(runs)
    errors = lambda name: [found[str(ahead)][name]["mase"] for ahead in AHEAD]  # noqa: E731
    return [Curves(
        title="How far ahead does each forecast see?", caption="The scaled error: below 1 is better than the seasonal "
        "naive forecast was in the training years.", x=AHEAD, x_title="months ahead", y_title="scaled absolute error",
        y_range=(0, 1.05), rows={name: errors(name) for name in (*LINEAR, *NETS, CONTROL)},
        baselines={name: [error for error, in errors(name)] for name in SIMPLE})]


def table(runs: list[Run]) -> str:
    """Methods by months ahead: the scaled error, and the error in degrees."""
    found = summary(runs)
    head = ["", *(f"{ahead} ahead" for ahead in found), *(f"{ahead} ahead, °C" for ahead in found)]
    rows = [[name, *(over_seeds(found[ahead][name][unit], ".2f") for unit in ("mase", "celsius") for ahead in found)]
            for name in METHODS]
    return ("Mean absolute error of 2000 to 2010, scaled by that of the seasonal naive forecast in the training years, "
            "and in degrees. Networks: the median of five seeds (lowest to highest), each of them trained on "
            f"{runs[-1].sequences:,} stretches.\n\n{tables.markdown(head, rows)}")

"""Digits read pixel by pixel and row by row: four cells of equal size, and what needs no memory at all."""

from __future__ import annotations

import statistics

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from helpers import digits, tables
from helpers.curves import Curves
from helpers.data.make_pixel_reader import CELLS, ORDERS, STEPS, B, Net, right, size, train

from .core import Run, best_rates, tuning_settings
from .wording import in_percent, percent

NAME = "digits"
CHAPTER = 8
TITLE = "Digits, a pixel at a time"
PAPER = (
    "Le, Jaitly & Hinton (2015) read the 784 pixels of MNIST's digits one by one: a ReLU network that starts at the "
    "identity gets 97 % of the test images right, and 82 % when all images are shuffled in the same way."
)
DEVIATIONS = (
    "Scikit-learn's 1,797 digits of 8 × 8 pixels (Alpaydin & Kaynak 1998) in place of MNIST; other cells, each of "
    f"about 5,000 parameters; {STEPS:,} batches of {B} images with Adam, clipping at norm 1, the rate lowered twice; "
    "of three rates the best of two seeds on 250 images of the training part, then fresh seeds that see all of it. The "
    "networks have to answer after every step, so that their answers can be followed while they read: half of "
    "the loss is that of the last step, half the mean of all. The controls take the rates of the nets that read pixel "
    "by pixel. The simple methods choose among three to six settings on the same validation images, and are fitted "
    "anew for every number of pixels. Who wrote which image is not known: the same hands wrote what is trained and "
    "what is tested on, and only the order of the file hints at how much that helps."
)
READING = (
    "Row by row the four cells are alike, 94 to 96 % with every seed, and about as good as a logistic regression "
    "that sees all pixels at once; nearest neighbours and support vectors, with 98 %, no network reaches. Pixel by "
    "pixel, with 64 steps to remember, the gated cells and the orthogonal tanh RNN still have 94 to 95 % in the "
    "median; the tanh RNN with uniform initial weights falls to 88 %. All of them remember: the last row alone is "
    "worth 54 % at most.\n\n"
    "What they know on the way differs far more than what they know at the end. After half of the pixels the GRU is "
    "right on 81 %, the orthogonal tanh RNN on 37 %, though both had to answer after every pixel.\n\n"
    "One difference we came upon while building the figure: when the image stands one pixel further to the left, the "
    "GRU and the LSTM that read pixel by pixel lose five points at most, the tanh RNNs that do so 13 to 63, all that "
    "read row by row more than fifty, and the simple methods at least 34. In this order a shift is a delay; after "
    "shuffling it is none, and then the GRU and the LSTM too fall below 30 %. Shuffling itself costs the tanh RNNs "
    "one point at most in the median, the GRU four and the LSTM thirteen, at a rate that was chosen for the other "
    "order: it is not the plain RNN that suffers most.\n\n"
    "What cannot be concluded: the gated cells took the largest of the three rates for pixels and might do better "
    "with a larger one, and of 450 images one point is four or five. For the simple methods the last images of the "
    "file are harder by one to four points than images drawn from all of it; the networks were not tested there."
)

RATES = (3e-3, 1e-2, 3e-2)
TUNING_SEEDS, SEEDS = (100, 101), (0, 1, 2, 3, 4)
VALIDATED = 250  # of the images to train on, those that choose a rate
READINGS = ("pixels", "rows")
AS_FILED = "pixels, the last of the file held out"
SIMPLE_ORDERS = ("pixels", "last 8 pixels", AS_FILED)
CONTROLS = ("last 8 pixels", "shuffled pixels")  # each with the rate of the cell that reads pixel by pixel
SIMPLE = {
    "logistic regression": [LogisticRegression(C=c, max_iter=5000) for c in (0.1, 1.0, 10.0)],
    "nearest neighbours": [KNeighborsClassifier(k) for k in (1, 3, 5)],
    "support vectors": [SVC(C=c, gamma=g) for c in (1.0, 10.0) for g in (0.03, 0.1, 0.3)],
}


def settings() -> list[dict]:
    """Every cell in both orders at every rate, on validation; and the simple methods, on all pixels and on fewer."""
    tuned = tuning_settings({"cell": list(CELLS), "order": list(READINGS)}, RATES, TUNING_SEEDS)
    simple = [{"cell": method, "order": order, "rate": None, "seed": 0}
              for method in SIMPLE for order in SIMPLE_ORDERS]
    return [*simple, *tuned]


def finals(runs: list[Run]) -> list[dict]:
    """Fresh seeds at the chosen rates, then the controls."""
    best = best_rates([r for r in runs if r.setting["cell"] in CELLS], ("cell", "order"), RATES, TUNING_SEEDS, sign=-1)
    wanted = [("rows", "rows", SEEDS), ("last 8 pixels", "pixels", SEEDS[:3]), ("pixels", "pixels", SEEDS),
              ("shuffled pixels", "pixels", SEEDS[:3])]
    return [{"cell": cell, "order": order, "rate": best[cell, tuned_as], "seed": seed}
            for order, tuned_as, seeds in wanted for seed in seeds for cell in CELLS if (cell, tuned_as) in best]


def run(cell: str, order: str, rate: float | None, seed: int) -> tuple[bool, int, float, str, dict]:
    """Train one network, or fit a simple method; the score is the share of test images right after the last step."""
    data = digits.load(as_filed=order == AS_FILED)
    if cell in SIMPLE:
        each = _simple(cell, order, data)
        measures = {"each": each} | ({"moved": _simple(cell, order, data, moved)[-1]} if order == "pixels" else {})
        return False, 0, each[-1], "fitted", measures
    fitted, chosen = digits.split(data.train_labels, VALIDATED)
    x, y, test_x, test_y = data
    if seed in TUNING_SEEDS:
        x, y, test_x, test_y = x[fitted], y[fitted], x[chosen], y[chosen]
    try:
        net = train(cell, order, x, y, rate=rate, seed=seed)
    except FloatingPointError:
        return False, 0, float("nan"), "diverged", {}
    each = right(net, order, test_x, test_y)
    measures = {"each": [round(float(share), 4) for share in each],
                "moved": round(float(right(net, order, moved(test_x), test_y)[-1]), 4)}
    return False, B * STEPS, each[-1], "limit", measures


def moved(images: np.ndarray) -> np.ndarray:
    """The images one pixel further to the left, where nearly all have nothing to lose; paper comes in on the right."""
    return np.concatenate([images[..., 1:], np.zeros_like(images[..., :1])], axis=-1)


def summary(runs: list[Run]) -> dict:
    """What each network and each simple method reached, for every seed: see `_row`."""
    return {
        "networks": {order: {cell: _row(runs, cell, order) for cell in CELLS} for order in READINGS + CONTROLS},
        "simple": {order: {method: _row(runs, method, order) for method in SIMPLE} for order in SIMPLE_ORDERS},
    }


def _row(runs: list[Run], cell: str, order: str) -> dict:
    """The share right of each seed at the end, after each 8 pixels, and of images moved by a pixel; size and rate."""
    here = [r for r in runs if r.setting["seed"] not in TUNING_SEEDS
            and (r.setting["cell"], r.setting["order"]) == (cell, order)]
    row = {"right": [r.score for r in here],
           "each": [r.measures["each"][digits.SIZE - 1::digits.SIZE] if len(r.measures["each"]) == digits.SIZE ** 2
                    else r.measures["each"] for r in here],
           "moved": [r.measures["moved"] for r in here if "moved" in r.measures]}
    if cell in CELLS:
        net = Net(cell, ORDERS[order](np.zeros((1, digits.SIZE, digits.SIZE))).shape[-1], 0)
        row |= {"units": net.recurrent.hidden_size, "parameters": size(net), "rate": here[0].setting["rate"]}
    return row


def plots(runs: list[Run]) -> list[Curves]:
    """What is right after 8, 16, ... pixels, in both orders of reading, beside two simple methods."""
    found = summary(runs)
    simple = {name: found["simple"]["pixels"][name] for name in ("logistic regression", "support vectors")}
    by_step = lambda row: [in_percent(shares) for shares in zip(*row["each"], strict=True)]  # noqa: E731
    return [Curves(
        title=f"What does a network that reads {order} know on the way?",
        caption="Test images right after so many pixels.", x=list(range(8, 65, 8)), x_title="pixels read",
        y_title="right, in percent", y_range=(0, 103),
        rows={name: by_step(row) for name, row in (found["networks"][order] | simple).items()},
        baselines={"guessing": 10}) for order in READINGS]


def table(runs: list[Run]) -> str:
    """The networks in both orders with the simple methods, what they know while they read, and the controls."""
    found = summary(runs)
    networks, simple = found["networks"], found["simple"]
    return "\n\n".join((
        "Share of the 450 test images that are right when all of an image has been read, in percent: the median of the "
        "seeds (lowest to highest); and of the same images moved by one pixel to the left.",
        tables.markdown(["", "units", "parameters", "rate", "right", "right when moved"],
                        [_line(f"{cell}, {order}", networks[order][cell])
                         for order in READINGS for cell in CELLS]
                        + [_line(method, row) for method, row in simple["pixels"].items()]),
        "Right after so many pixels, the median of the seeds:",
        tables.markdown(["", *(str(n) for n in range(8, 65, 8))],
                        [[f"{cell}, {order}", *_arriving(networks[order][cell])]
                         for order in READINGS for cell in CELLS]
                        + [[method, *_arriving(row)] for method, row in simple["pixels"].items()]),
        "Controls: of each image only the last row of pixels is read; the pixels of all images are shuffled in the "
        "same way. And for the simple methods: the last row only; the last 450 images of the file are the test images.",
        tables.markdown(["", *CONTROLS, f"{CONTROLS[1]}, moved"],
                        [[cell, *(percent(networks[order][cell]["right"]) for order in CONTROLS),
                          percent(networks[CONTROLS[1]][cell]["moved"])] for cell in CELLS]),
        tables.markdown(["", *SIMPLE_ORDERS[1:]],
                        [[method, *(percent(simple[order][method]["right"]) for order in SIMPLE_ORDERS[1:])]
                         for method in SIMPLE]),
        f"{runs[-1].sequences:,} images a network, some of them again and again."))


def _line(name: str, row: dict) -> list[str]:
    sizes = [f"{row['units']}", f"{row['parameters']:,}", f"{row['rate']:g}"] if "rate" in row else ["–"] * 3
    return [name, *sizes, percent(row["right"]), percent(row["moved"])]


def _arriving(row: dict) -> list[str]:
    return [f"{100 * statistics.median(shares):.0f}" for shares in zip(*row["each"], strict=True)]


def _simple(method: str, order: str, data: digits.Digits, change=lambda images: images) -> list[float]:
    """The share of the test images, changed, that a method gets right from the first 8, 16, ... pixels of an order."""
    pixels = ORDERS.get(order) or digits.as_pixels
    train_x, test_x = (pixels(images)[..., 0].T for images in (data.train_images, change(data.test_images)))
    counts = range(digits.SIZE, train_x.shape[1] + 1, digits.SIZE)
    return [_fitted(method, train_x[:, :n], data.train_labels, test_x[:, :n], data.test_labels) for n in counts]


def _fitted(method, x, y, test_x, test_y) -> float:
    """The share right of a simple method whose settings are the best on the validation part; then it sees all of x."""
    fitted, chosen = digits.split(y, VALIDATED)
    best = max(SIMPLE[method], key=lambda model: model.fit(x[fitted], y[fitted]).score(x[chosen], y[chosen]))
    return round(float(best.fit(x, y).score(test_x, test_y)), 4)

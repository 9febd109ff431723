"""Is a review good or bad? Networks that read its words in order, against bags of words, of word groups, and a control.

The reviews are made up (`helpers.reviews`), so that what decides each of them is known, and results are by kind.
"""

from __future__ import annotations

from functools import cache, partial

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from helpers import reviews, tables
from helpers.curves import Curves
from helpers.models import TextClassifier
from helpers.training import fit

from .core import Run, best_rates, runs_of, tuning_settings
from .wording import in_percent, percent

NAME = "reviews"
CHAPTER = 8
TITLE = "Good or bad? Reading a review in order, and counting its words"
PAPER = (
    "Wang & Manning (2012): on the sentiment of real reviews, pairs of words beside words bring consistent gains, and "
    "simple linear classifiers did better than most published results."
)
DEVIATIONS = (
    "Made-up reviews of films with 103 words and no noise: the label is given by their grammar. A word vector of 16 "
    "numbers, a layer of 32 units, its state at the true end; Adam, clipping at norm 1, 1,000 batches of 32. For each "
    "cell and amount of training, two seeds choose one of three rates by their accuracy on validation reviews; five "
    "other seeds, each with training reviews of its own, use it; the control takes the LSTM's rate. Logistic "
    "regression on which words (and groups of words) a review holds; for each run the best of four penalties, on the "
    "same validation reviews. The marks by hand are two rules: a word after a negation, up to the next mark or "
    "conjunction or to *only*, becomes another word, and so does a word after *but* or under *although*. 600 test "
    "reviews of each kind, drawn anew; plain ones are short, and some of them are in a training set too."
)
READING = (
    "Order is what decides here, and what the networks use: with the words shuffled the LSTM is at chance on every "
    "contrast, whatever the training.\n\n"
    "How much better they are than counting depends on the training. With 200 reviews they are on the whole no "
    "better than the bag of words (ahead by a few points on contrasts), and the bag with two rules by hand is far "
    "ahead of both. With 3,200 every run of both cells gets at least 99 % of each kind of the training right, and 77 "
    "% of the new pairs or more, where the bags are at chance or far below: they have no way to know what *not* does "
    "to a word that they never saw behind *not*. Pairs and triples of words, the usual strong baseline, gain on "
    "negations and on contrasts, and lose on plain reviews. On reviews longer than any in training the rules by hand "
    "hold, at 99 % or more, and nine of the ten networks are behind every run of theirs.\n\n"
    "What these runs do not say: how this would come out on real reviews, whose words are many more, whose labels "
    "are noisy, and of which plain opinions may be the larger part."
)

SIZES = (200, 800, 3200)  # training reviews
RATES = (0.003, 0.01, 0.03)
TUNING_SEEDS, SEEDS = (100, 101), (0, 1, 2, 3, 4)
TESTED, STEPS, BATCH = 600, 1000, 32
PENALTIES = (0.1, 1.0, 10.0, 100.0)
NETS = {"LSTM": "lstm", "GRU": "gru"}
CONTROL = "LSTM, words shuffled"
BAGS = {"bag of words": 1, "words and pairs": 2, "words, pairs and triples": 3}
MARKED = "bag of words, marks by hand"
METHODS = (*BAGS, MARKED, CONTROL, *NETS)
LONGER = "longer"

NEGATIONS = {"not", "never", "hardly", "nobody", "anything", "far"}
ENDS = {".", ",", "and", "although", "only"}


def settings() -> list[dict]:
    """Every bag with every amount of training and seed, and the runs that choose the rates of the networks."""
    bags = [{"method": name, "size": size, "rate": None, "seed": seed}
            for seed in SEEDS for size in SIZES for name in (*BAGS, MARKED)]
    return [*bags, *tuning_settings({"method": list(NETS), "size": list(SIZES)}, RATES, TUNING_SEEDS)]


def finals(runs: list[Run]) -> list[dict]:
    """Fresh seeds at the chosen rates; the control takes the rate of the LSTM."""
    tuned = [r for r in runs if r.setting["seed"] in TUNING_SEEDS]
    best = best_rates(tuned, ("method", "size"), RATES, TUNING_SEEDS, sign=-1)
    rows = [(name, size, best.get(("LSTM" if name == CONTROL else name, size)))
            for size in SIZES for name in (*NETS, CONTROL)]
    return [{"method": name, "size": size, "rate": rate, "seed": seed}
            for seed in SEEDS for name, size, rate in rows if rate is not None]


def run(method: str, size: int, rate: float | None, seed: int) -> tuple[bool, int, float, str, dict]:
    """Fit one classifier; the score is its share right on the validation reviews, the measures those of each test."""
    train = reviews.draw(size, np.random.default_rng(seed))
    if method in BAGS or method == MARKED:
        words = marked if method == MARKED else plain
        model = fit_bag(train, BAGS.get(method, 1), words)
        seen, ended = 0, "fitted"
    else:
        order = partial(reviews.shuffled, rng=np.random.default_rng(seed)) if method == CONTROL else list
        model = fit_network(NETS.get(method, "lstm"), train, rate, seed, order)
        seen, ended = STEPS * BATCH, "limit"
    right = {name: round(share_right(model, test), 4) for name, test in tests().items()}
    return False, seen, share_right(model, validation()), ended, right


@cache
def tests() -> dict[str, list]:
    """The test reviews of each kind, and longer ones than any in training, of the kinds that training has."""
    rng = np.random.default_rng(10_000)
    return ({kind: reviews.draw(TESTED, rng, (kind,)) for kind in reviews.KINDS}
            | {LONGER: reviews.draw(TESTED, rng, longer=True)})


@cache
def validation() -> list:
    """Reviews like those of the training, by which rates and penalties are chosen."""
    return reviews.draw(TESTED, np.random.default_rng(20_000))


def share_right(model, test: list) -> float:
    """How many of the reviews `model(reviews) -> bools` gets right."""
    return float(np.mean(model(test) == np.array([review.good for review in test])))


def plain(words: tuple[str, ...]) -> list[str]:
    """The words as they are."""
    return list(words)


def marked(words: tuple[str, ...]) -> list[str]:
    """The words with the marks of two rules by hand: what a negation reaches, and on which side of a contrast it is."""
    turned, side, out = False, "", []
    for before, word in zip(("", *words), words, strict=False):
        conjunction = word == "but" and before != "anything"
        if word in ENDS or conjunction:
            turned = False
        if word in {".", ","}:
            side = ""
        elif word == "although" or conjunction:
            side = f"{word}:"
        out.append(f"{side}{'not_' if turned else ''}{word}")
        turned = turned or word in NEGATIONS
    return out


def fit_bag(train: list, longest: int, words=plain):
    """A logistic regression on which groups of 1 to `longest` words are there -> model(reviews) -> bools."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    groups = CountVectorizer(ngram_range=(1, longest), analyzer="word", preprocessor=lambda review: review.words,
                             tokenizer=words, token_pattern=None, lowercase=False, binary=True)
    known, good = groups.fit_transform(train), [review.good for review in train]
    models = [LogisticRegression(C=c, max_iter=2000).fit(known, good) for c in PENALTIES]
    answers = [lambda test, model=model: model.predict(groups.transform(test)) for model in models]
    return max(answers, key=lambda answer: share_right(answer, validation()))


def fit_network(cell: str, train: list, rate: float, seed: int, order=list):
    """A recurrent classifier, trained on `order(reviews)` and asked in that order too -> model(reviews) -> bools."""
    codes, lengths, good = as_tensors(order(train))
    torch.manual_seed(seed)
    net = TextClassifier(cell, len(reviews.WORDS))

    def batch(rng):
        chosen = torch.randint(len(good), (BATCH,), generator=rng)
        return (codes[: lengths[chosen].max(), chosen], lengths[chosen]), good[chosen]

    fit(net, batch, STEPS, loss=cross_entropy, lr=rate, seed=seed, label=f"{cell}, {len(train)} reviews")

    def answer(test):
        codes, lengths, _ = as_tensors(order(test))
        with torch.no_grad():
            return net((codes, lengths)).argmax(-1).numpy() == 1

    return answer


def as_tensors(some: list) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Codes (T, B), lengths (B,) and labels (B,) of reviews."""
    codes, lengths = reviews.codes(some)
    return torch.tensor(codes), torch.tensor(lengths), torch.tensor([int(review.good) for review in some])


def summary(runs: list[Run]) -> dict:
    """{size: {method: {kind: the share right for each seed}}}, and the rates that were chosen."""
    return {str(size): {name: _row(runs, name, size) for name in METHODS} for size in SIZES}


def _row(runs, method: str, size: int) -> dict:
    here = runs_of(runs, SEEDS, method=method, size=size)
    return {"rate": here[0].setting["rate"],
            "right": {kind: [r.measures[kind] for r in here] for kind in (*reviews.KINDS, LONGER)}}


def plots(runs: list[Run]) -> list[Curves]:
    """What each method gets right of two kinds of review, by the amount of training."""
    found = summary(runs)
    right = lambda name, kind: [in_percent(rows[name]["right"][kind]) for rows in found.values()]  # noqa: E731
    return [Curves(
        title=f"How many reviews does it take? Kind: {kind}", caption="Triples of words are in the table.", x=SIZES,
        x_title="training reviews", y_title="right, in percent", y_range=(0, 103), log_x=True,
        rows={name: right(name, kind) for name in METHODS if "triples" not in name}, baselines={"guessing": 50})
        for kind in ("contrast", "new pair")]


def table(runs: list[Run]) -> str:
    """One table for each amount of training: methods by kinds of review, the share right in percent."""
    parts = []
    for size, rows in summary(runs).items():
        head = [f"{int(size):,} training reviews", *reviews.KINDS, LONGER]
        parts.append(tables.markdown(head, [[name, *(percent(shares, 0) for shares in row["right"].values())]
                                            for name, row in rows.items()]))
    return "Percent right: the median of five seeds (lowest to highest).\n\n" + "\n\n".join(parts)

"""Where should a picture enter the recurrence that describes it?"""

from __future__ import annotations

from collections import Counter

import numpy as np

from helpers import captions, digits, tables
from helpers.data.make_captioner import BATCH, STEPS, batches, captions_of, enlarged, train

from .core import Run, best_rates, runs_of, tuning_settings
from .wording import percent

NAME = "captions"
CHAPTER = 8
TITLE = "Captions: where the picture enters"
PAPER = (
    "Karpathy & Fei-Fei (2015) give the picture to a plain recurrent network at the first step only, Vinyals et al. "
    "(2015) to an LSTM in a step before the words; both report that this worked better than giving it at every step. "
    "Tanti et al. (2018) find that it matters little whether it enters the recurrence or is merged with its state at "
    "the output."
)
DEVIATIONS = (
    "Their pictures are photographs that people described; ours are scikit-learn's digits, described by a rule in "
    "which every word follows from the label or the pixels (`helpers.captions`): 1,347 pictures with nine changed "
    "copies each to train on, 450 to test. A plain tanh recurrence of 13,787 to 13,835 parameters, 2,400 batches of "
    "64 with Adam. The first learning rate is the better of 0.004 and 0.01 on 270 training pictures, for the control "
    "0.01; it falls twice, to a quarter each time. Of the words always the likeliest is written. The nearest picture "
    "and the classifiers (logistic regression on the pixels) got the same copies. The classifiers are told what the "
    "four questions are and which sentence belongs to which answers; the networks see captions only."
)
READING = (
    "At every step is the best of the four ways and at the output the last, with every seed; the two ways in which "
    "the picture is seen once lie between them. That is not what the papers found. The order is the same on the "
    "training pictures. Vinyals et al. say of theirs that a network that looks at every step overfits more easily; "
    "here the gap between training and test pictures is as wide, in the median, at every step as at the first (12 "
    "points), and half as wide at the output. Merged at the output, the digit is right as often as at every step, "
    "thin or thick much less often.\n\n"
    "Without a picture the sentences are correct and their content is guessed. Four linear classifiers that are told "
    "the rule do better than any of the networks, above all on thin or thick and on top or bottom; in the digit and "
    "the lean the network that looks at every step does better than they."
)
WAYS = ("every step", "first step", "before the words", "output")
CONTROL = "nowhere"
BASELINES = ("nearest picture", "commonest caption", "four linear classifiers and the rule")
RATES, CONTROL_RATE = (4e-3, 1e-2), 1e-2
SEEDS, TUNING_SEEDS = (0, 1, 2, 3, 4), (100,)
VALIDATION = 270  # training pictures by which the learning rate is chosen
MEASURES = {"digit": "digit", "ink": "thin or thick", "lean": "lean", "height": "top or bottom",
            "sentence": "a sentence of the rule", "training": "exact, training pictures"}
KINDS = {"digit": captions.DIGITS, "ink": ("thin", "thick"), "lean": ("left", "right"), "height": ("top", "bottom")}


def settings() -> list[dict]:
    """The choice of the learning rate, the control without a picture, and the baselines, which have neither."""
    return (tuning_settings({"way": WAYS}, RATES, TUNING_SEEDS)
            + [{"way": CONTROL, "rate": CONTROL_RATE, "seed": seed} for seed in SEEDS]
            + [{"way": way, "rate": None, "seed": 0} for way in BASELINES])


def finals(runs: list[Run]) -> list[dict]:
    """Every way at its best rate, with every seed."""
    chosen = best_rates([r for r in runs if r.setting["way"] in WAYS], ("way",), RATES, TUNING_SEEDS, sign=-1)
    return [{"way": way, "rate": rate, "seed": seed} for seed in SEEDS for (way,), rate in chosen.items()]


def run(way: str, rate: float | None, seed: int) -> tuple[bool, int, float, str, dict]:
    """The score is the share of exact captions of the test pictures, or of the validation pictures while tuning."""
    images, labels, new_images, new_labels = _parts(tuning=seed in TUNING_SEEDS)
    if way in BASELINES:
        written, own, ended = _baseline(way, images, labels, new_images), None, "counted"
    else:
        model = train(way, rate, seed, batches(*enlarged(images, labels)))
        written, own, ended = captions_of(model, new_images), captions_of(model, images), "limit"
    found = compare(written, captions.captions(new_images, new_labels))
    if own:
        found["training"] = compare(own, captions.captions(images, labels))["exact"]
    return True, 0 if own is None else BATCH * sum(STEPS), found.pop("exact"), ended, found


def _parts(tuning: bool):
    """Pictures and labels to train on and to score: while tuning, both are training pictures."""
    parts = digits.load()
    if not tuning:
        return parts
    kept, held_out = digits.split(parts.train_labels, VALIDATION)
    return [part[at] for at in (kept, held_out) for part in parts[:2]]


def compare(written: list[str], wanted: list[str]) -> dict[str, float]:
    """The shares of captions that are exact, right in each kind of word, and sentences that the rule can say."""
    pairs = list(zip(written, wanted, strict=True))
    shares = {"exact": [a == b for a, b in pairs], "sentence": [a in captions.SENTENCES for a in written]}
    shares |= {kind: [_said(a, words) == _said(b, words) for a, b in pairs] for kind, words in KINDS.items()}
    return {name: round(float(np.mean(right)), 4) for name, right in shares.items()}


def _said(text: str, words: tuple[str, ...]) -> set[str]:
    return set(text.split()) & set(words)


def _baseline(way: str, images, labels, new_images) -> list[str]:
    """Captions without a network that writes."""
    images, labels = enlarged(images, labels)
    known = captions.captions(images, labels)
    if way == "commonest caption":
        return [Counter(known).most_common(1)[0][0]] * len(new_images)
    flat, new = images.reshape(len(images), -1), new_images.reshape(len(new_images), -1)
    if way == "nearest picture":
        squared = (flat**2).sum(1) - 2 * new @ flat.T  # and what is the same for all pictures
        return [known[k] for k in squared.argmin(axis=1)]
    from sklearn.linear_model import LogisticRegression

    said = {kind: [" ".join(_said(text, words)) for text in known] for kind, words in KINDS.items()}
    guesses = zip(*(LogisticRegression(C=10.0, max_iter=500).fit(flat, each).predict(new) for each in said.values()),
                  strict=True)
    sentence = {tuple(" ".join(_said(text, words)) for words in KINDS.values()): text for text in captions.SENTENCES}
    return [sentence[guess] for guess in guesses]


def table(runs: list[Run]) -> str:
    """Shares of the test pictures, in percent."""
    measures = {"exact": "exact", **MEASURES}
    rows = [[way, *(percent(found[name]) if name in found else "–" for name in measures)]
            for way, found in summary(runs).items()]
    return tables.markdown(["the picture enters, %", *measures.values()], rows)


def summary(runs: list[Run]) -> dict:
    """For each row of the table, the shares of its seeds by measure, "exact" first."""
    found = {}
    for way in (*WAYS, CONTROL, *BASELINES):
        mine = runs_of(runs, SEEDS, way=way)
        found[way] = {"exact": [r.score for r in mine]} | {
            name: [r.measures[name] for r in mine] for name in MEASURES if name in mine[0].measures}
    return found

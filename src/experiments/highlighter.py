"""What does a second direction tell a syntax highlighter, and how much of it would a few characters more have told?"""

from __future__ import annotations

import numpy as np

from helpers import syntax, tables
from helpers.curves import Curves
from helpers.data.make_highlighter import LENGTH, NETS, STEPS, UNSCORED, B, Score, T, measured, score, train
from helpers.data.make_highlighter import RATES as BEST

from .core import Run
from .wording import in_percent, percent

NAME = "highlighter"
CHAPTER = 6
TITLE = "A syntax highlighter: one way against two ways"
PAPER = (
    "Graves & Schmidhuber (2005): bidirectional networks label the frames of speech (TIMIT) with their phonemes better "
    "than unidirectional ones, and LSTMs better than plain RNNs."
)
DEVIATIONS = (
    "Characters of Python code in place of frames of speech. LSTM layers of 50 units one way and 29 + 29 two ways "
    f"(30,310 and 30,286 parameters); Adam, clipping at norm 1, {STEPS:,} batches of {B} windows of {T} characters, "
    "the rate lowered twice. For each net, those that answer late among them, the best of four rates on validation "
    "modules, with seed 0: 0.012 one way and eight late, else 0.024, the highest tried (two ways by a hundredth of a "
    "percent). Scored on held-out modules, in stretches of "
    f"{LENGTH} characters of which the last {UNSCORED} are read and not scored."
)
READING = (
    "As in the paper, reading both ways is ahead, with every seed: 99.0 % of the characters are right, against 94.4 "
    "%. Nine tenths of the difference are calls and other names, which differ by definition in nothing but the "
    "bracket that follows. Next come the first letters of keywords and the first characters of strings. Docstrings, "
    "of which we expected it too, do not need the future here: their first quotes are right at least as often one "
    "way.\n\n"
    "Is a second direction more than a few characters of look-ahead? A one-way net that answers four characters late "
    "closes about two fifths of the gap. Eight late it gets more of the calls right and loses numbers, operators and "
    "white space, which it has to keep in mind for as long: at this size, and after this training, a delay does not "
    "replace the second direction. Over all characters, no neighbourhood that we counted comes near a network."
)

RATES = (0.003, 0.006, 0.012, 0.024)
SEEDS = (0, 1, 2)
DELAYS = (1, 2, 4, 8)
REACHES = ((0, 0), (2, 0), (4, 0), (8, 0), (2, 2), (4, 4))  # neighbours before and after


def settings() -> list[dict]:
    """Counting; seed 0 of every net at each rate, to choose by; the other seeds of the nets that answer at once."""
    counted = [{"net": "neighbours", "before": b, "after": a, "seed": 0} for b, a in REACHES]
    tuned = [{"net": net, "delay": 0, "rate": rate, "seed": 0} for net in NETS for rate in RATES]
    again = [{"net": net, "delay": 0, "rate": BEST[net], "seed": seed} for seed in SEEDS[1:] for net in NETS]
    late = [{"net": "one-way", "delay": k, "rate": rate, "seed": 0} for k in DELAYS for rate in RATES]
    return counted + tuned + again + late


def finals(runs: list[Run]) -> list[dict]:
    """The other seeds of the nets that answer late, each at the rate that is best for it on validation."""
    return [best(runs, "one-way", delay=k) | {"seed": seed} for seed in SEEDS[1:] for k in DELAYS]


def run(net: str, seed: int, rate: float = 0.0, delay: int = 0, before: int = 0,
        after: int = 0) -> tuple[bool, int, float, str, dict]:
    """Train one net, or count; the score is the share of characters of the held-out modules that are right."""
    corpus = syntax.corpus()
    if net == "neighbours":
        valid, test = (_counted(corpus.train, part, before, after) for part in (corpus.valid, corpus.test))
    else:
        model = train(net, corpus.train, rate=rate, seed=seed, delay=delay)
        valid, test = score(model, corpus.valid, delay), score(model, corpus.test, delay)
    measures = {"valid": round(valid.accuracy, 5)}
    measures |= {name: [round(float(share), 4) for share in getattr(test, name)] for name in ("each", "first", "last")}
    return True, B * STEPS * (net in NETS), test.accuracy, "limit" if net in NETS else "counted", measures


def _counted(train_part, part, before: int, after: int) -> Score:
    codes, labels = syntax.stretches(part, LENGTH)
    return measured(syntax.commonest(train_part, codes, before, after), labels)


def best(runs: list[Run], net: str, **setting) -> dict:
    """The setting of seed 0 that does best on the validation modules."""
    tried = [r for r in runs if (setting | {"net": net, "seed": 0}).items() <= r.setting.items()]
    return max(tried, key=lambda r: r.measures.get("valid", 0.0)).setting


def shares(runs: list[Run], measure: str = "each", **setting) -> np.ndarray:
    """The shares that are right in the runs with this setting: (seeds, classes), or of `all` characters (seeds, 1)."""
    found = [r for r in runs if setting.items() <= r.setting.items()]
    return np.array([[r.score] if measure == "all" else r.measures.get(measure, [0.0] * len(syntax.CLASSES))
                     for r in found])


def plots(runs: list[Run]) -> list[Curves]:
    """What one-way nets get right that answer late, all together and of some classes, beside the two-way net."""
    late = (0, *DELAYS)
    found = {k: {"net": "one-way", "delay": k, "rate": best(runs, "one-way", delay=k)["rate"]} for k in late}
    of = lambda name: [in_percent(shares(runs, **found[k])[:, syntax.CLASSES.index(name)]) for k in late]  # noqa: E731
    both = shares(runs, "all", net="two-way", delay=0, rate=BEST["two-way"])
    return [Curves(
        title="What does a one-way net gain by answering late?", caption="One-way nets: all characters, and four "
        "of the ten classes.", x=late, x_title="characters late",
        y_title="right, in percent", y_range=(40, 102),
        rows={"all characters": [in_percent(shares(runs, "all", **found[k])[:, 0]) for k in late],
              **{name: of(name) for name in ("call", "name", "number", "operator")}},
        baselines={"two ways, all characters": 100 * float(np.median(both))})]


def table(runs: list[Run]) -> str:
    """Right per class, by counting and by the two nets; answers given late; the first and last character of a run."""
    counted = {name: {"net": "neighbours", "before": b, "after": a} for name, (b, a) in
               {"character alone": (0, 0), "8 before": (8, 0), "4 before, 4 after": (4, 4)}.items()}
    nets = {name: {"net": net, "delay": 0, "rate": BEST[net]} for name, net in
            {"one way": "one-way", "two ways": "two-way"}.items()}
    late = {f"{k} late": {"net": "one-way", "delay": k, "rate": best(runs, "one-way", delay=k)["rate"]}
            for k in DELAYS}
    ways = {"one way": nets["one way"], **late, "two ways": nets["two ways"]}
    ends = {f"{name}, {end}": {"measure": end, **nets[name]} for name in nets for end in ("first", "last")}
    return "\n\n".join((
        "Share of the characters that are right, in percent: the median of the seeds (lowest to highest). Counting "
        "gives each character the class that is commonest in the training modules for it and its neighbours.",
        _by_class(runs, counted | nets), "A one-way net that answers some characters late has read those by then.",
        _by_class(runs, ways), "Of the first and the last character of each run of one class:", _by_class(runs, ends),
        f"{runs[-1].sequences:,} windows a net."))


def _by_class(runs: list[Run], columns: dict[str, dict]) -> str:
    """One row a class, one column a setting."""
    rows = [[name, *(percent(shares(runs, **setting)[:, k]) for setting in columns.values())]
            for k, name in enumerate(syntax.CLASSES)]
    if not any("measure" in setting for setting in columns.values()):
        rows.append(["all", *(percent(shares(runs, "all", **setting)[:, 0]) for setting in columns.values())])
    return tables.markdown(["class", *columns], rows)

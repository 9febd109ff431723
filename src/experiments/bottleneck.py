"""What does a fixed vector cost? A text repeated from the last state, from the mean state, and with attention."""

from __future__ import annotations

import statistics

import torch

from helpers import tables
from helpers.copier import ALPHABET, Copier, gradients_by_lag, letters
from helpers.curves import Curves
from helpers.data.make_bottleneck import BATCH, LONGEST, STEPS, right_by_length, train

from .core import Run, best_rates, tuning_settings
from .wording import in_percent, percent

NAME = "bottleneck"
CHAPTER = 7
TITLE = "Repeating a text: a fixed vector and attention"
PAPER = (
    "Bahdanau, Cho & Bengio (2015), figure 2: translations by an encoder-decoder with a fixed vector get worse as "
    "sentences get longer, those of one with attention, trained on up to 50 words, do not. Cho et al. (2014) had shown "
    "the first."
)
DEVIATIONS = (
    "No translation: the networks repeat random texts of 27 symbols (a to z and the space), so that nothing but length "
    "makes a text hard. One-way GRUs; attention by dot products after the step (Luong), which has no weights of its "
    "own: at equal sizes all networks have the same parameters, and differ only in what stands beside the decoder's "
    "state. A network is asked for as many symbols as the text has, so that none has to know when to stop. Adam, "
    "clipping at norm 1, 6,000 batches of 64 texts of one length from 1 to 12; one seed chooses 0.003 or 0.01 for each "
    "context at 48 units, and three others use that rate at every size. Scored on 300 random texts of each length, "
    "each network fed with its own output."
)
READING = (
    "Within the lengths of the training attention gets at least 99.9 % of the symbols right at every length and with "
    "every seed, while the fixed vector of the same network loses a third of 12 symbols or more, at both rates that "
    "were tried. A wider vector holds more, at every length from 8 on. The mean of all states does no better than "
    "the last one: what helps is the choice among the states, not their sum. Beyond the lengths of the training "
    "attention falls too, to less than half of 30 symbols: where to look next has been learned, and on short texts. "
    "In Bahdanau et al. the network with attention that was trained on up to 30 words falls on longer sentences as "
    "well.\n\n"
    "Gradients: in an untrained network with a fixed vector of 48 an input 23 steps back moves the score of a right "
    "symbol more than 200 times less than an input one step back; with attention three times less. The mean behaves "
    "in the same way: a path past the recurrence is enough. Training changes the picture: with the fixed vector of "
    "48 the farthest inputs then move the scores most of all, with attention the input that is to be repeated.\n\n"
    "What cannot be concluded: what a fixed vector holds at best. With longer trainings, or at rates above the two "
    "that were tried, these networks may hold more."
)

RATES = (3e-3, 1e-2)
TUNING_SEEDS, SEEDS = (100,), (0, 1, 2)
HIDDEN = 48
SIZES = {"attention": (HIDDEN,), "average": (HIDDEN,), "fixed vector": (24, HIDDEN, 96)}
ROWS = [(context, hidden) for context, sizes in SIZES.items() for hidden in sizes]
LENGTHS, SHOWN = range(1, 31), (8, 12, 16, 20, 30)


def settings() -> list[dict]:
    """Every context at one size with every rate, the runs that choose the rate."""
    return tuning_settings({"context": list(SIZES), "hidden": [HIDDEN]}, RATES, TUNING_SEEDS)


def finals(runs: list[Run]) -> list[dict]:
    """Fresh seeds at the chosen rates; a vector of another size takes the rate of the one that was tuned."""
    best = best_rates(runs, ("context",), RATES, TUNING_SEEDS, sign=-1)
    return [{"context": context, "hidden": hidden, "rate": best[context,], "seed": seed}
            for seed in SEEDS for context, hidden in ROWS if (context,) in best]


def run(context: str, hidden: int, rate: float, seed: int) -> tuple[bool, int, float, str, dict]:
    """The score is the share of symbols right on texts as long as those of the training."""
    model = train(context, hidden, seed, rate)
    right = right_by_length(model, LENGTHS, seed=10_000 + seed)
    nets = {"untrained": Copier(context, hidden, seed), "trained": model}
    measures = {"parameters": sum(p.numel() for p in model.parameters()), "right": [round(share, 4) for share in right],
                "gradients": {name: _gradients(net) for name, net in nets.items()}}
    return True, BATCH * STEPS, statistics.mean(right[:LONGEST]), "limit", measures


def _gradients(model):
    """`gradients_by_lag` on texts of the longest trained length."""
    return gradients_by_lag(model, letters(LONGEST, 100, torch.Generator().manual_seed(20_000))).tolist()


def summary(runs: list[Run]) -> dict:
    """{network: its sizes, its rate, and for each seed what it gets right by length and how its gradient falls by lag}.

    `score[seed]` is the mean share of symbols right within the trained lengths, `right[seed]` the share for texts of 1,
    2, ... 30 symbols; `gradients["trained"][seed]` and `["untrained"]` are the `helpers.copier.gradients_by_lag` of
    texts of 12 symbols.
    """
    return {f"{context} {hidden}": _row([r for r in runs if r.setting["seed"] in SEEDS and (
        r.setting["context"], r.setting["hidden"]) == (context, hidden)]) for context, hidden in ROWS}


def _row(runs):
    gradients = {name: [[float(f"{g:.3g}") for g in r.measures["gradients"][name]] for r in runs]
                 for name in ("untrained", "trained")}
    return {"parameters": runs[0].measures["parameters"], "rate": runs[0].setting["rate"],
            "score": [r.score for r in runs], "right": [r.measures["right"] for r in runs], "gradients": gradients}


def plots(runs: list[Run]) -> list[Curves]:
    """What each network repeats right, by length."""
    rows = {net: [in_percent(shares) for shares in zip(*row["right"], strict=True)]
            for net, row in summary(runs).items()}
    return [Curves(
        title="How long a text can each network repeat?",
        caption=f"Symbols right in texts of each length; the longest of training has {LONGEST}.",
        x=list(range(1, len(rows["attention 48"]) + 1)), x_title="symbols of the text", y_title="right, in percent",
        y_range=(0, 103), rows=rows, baselines={"guessing": 100 / len(ALPHABET)})]


def table(runs: list[Run]) -> str:
    """The share of symbols right within the trained lengths and at some."""
    rows = [[net, f"{row['parameters']:,}", f"{row['rate']:g}", percent(row["score"]),
             *(percent(right[n - 1] for right in row["right"]) for n in SHOWN)]
            for net, row in summary(runs).items()]
    head = ["right, %", "parameters", "rate", f"of 1 to {LONGEST}", *(f"of {n}" for n in SHOWN)]
    guess = f"A guess is right in 1 of {len(ALPHABET)} cases, {100 / len(ALPHABET):.1f} %."
    return f"{tables.markdown(head, rows)}\n\n{guess}"

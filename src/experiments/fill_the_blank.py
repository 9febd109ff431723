"""How much does the text to the right of a hidden character tell, beyond that to its left?"""

from __future__ import annotations

from helpers import tables
from helpers.data.make_fill_the_blank import BATCH, HIDDEN, STAGES, bits, count_bits, train

from .core import Run, scores_of
from .wording import over_seeds

NAME = "fill_the_blank"
CHAPTER = 6
TITLE = "A hidden character: from the left, and from both sides"
PAPER = (
    "Schuster & Paliwal (1997): where the whole sequence is there to be read, a network that reads it in both "
    "directions does better than one that reads it in one, on artificial data and on phonemes."
)
DEVIATIONS = (
    "English sentences instead of speech; GRU layers of 112 units one way or 74 each way, 53,121 and 53,313 "
    "parameters; Adam, 1,800 batches of 64 sentences. The score is in bits for a hidden character of 943 sentences out "
    "of files that the training never saw. The tables count what stood between the same neighbours in the training "
    "sentences, and fall back to fewer neighbours; of the numbers of neighbours tried, the best on the same 943 "
    "sentences is given: 5 on the left, 6 on each of both sides."
)
READING = (
    "The right side saves more than half of the bits, to the networks and to the tables alike, and every seed says the "
    "same. The tables do better than networks of this size and training, from the left and from both sides: what is "
    "compared here are the sides, not the methods."
)
SEEDS = (0, 1, 2)
TABLES = {"left": (-1, -2, -3, -4, -5), "both": (-1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6)}
NAMES = {"left": "from the left", "both": "from both sides"}


def settings() -> list[dict]:
    """Both networks with every seed, and both tables, which have none: seed 0."""
    return [{"method": "GRU", "sides": sides, "seed": seed} for seed in SEEDS for sides in HIDDEN] + [
        {"method": "table", "sides": sides, "seed": 0} for sides in TABLES]


def run(method: str, sides: str, seed: int) -> tuple[bool, int, float, str]:
    """The score is in bits for a hidden character of the held-out sentences."""
    if method == "table":
        return True, 0, count_bits(TABLES[sides]), "counted"
    return True, BATCH * sum(steps for _, steps in STAGES), bits(train(sides, seed)), "limit"


def table(runs: list[Run]) -> str:
    """Bits for a hidden character."""
    return tables.markdown(["bits for a hidden character", *NAMES.values()], [
        [label, *(over_seeds(scores_of(runs, method=method, sides=sides), ".2f") for sides in NAMES)]
        for method, label in (("GRU", "GRU"), ("table", "table of counts"))])

"""How many bits does the next character of Python code cost a small LSTM, and what does it cost without a network?"""

from __future__ import annotations

import numpy as np

from helpers import char_lstm, syntax, tables, text
from helpers.curves import Curves
from helpers.data.char_baselines import kneser_ney, xz_bits
from helpers.data.make_char_lstm import training_text

from .core import Run

NAME = "next_character"
CHAPTER = 4
TITLE = "The next character of Python: a small LSTM, counts, and xz"
PAPER = (
    "Karpathy, Johnson & Fei-Fei (2015) compare character LSTMs with n-gram models, which look back over a fixed "
    "number of characters, and trace what the LSTMs gain to structure over long ranges."
)
DEVIATIONS = (
    "One small layer, whose weights are bytes. All learn from the same text, 9.5 million characters of Python 3.11's "
    "library in 597 modules, without tests and tables, and are asked about the same six others, 142,900 characters. "
    "The networks read these in 20 streams, each from a state of zeros. Counts: modified Kneser-Ney, interpolated, "
    "in which nothing is tuned but how far it looks back; of 20 at most, 20 is best on three other modules, and is "
    "given. xz: what the six modules add to a compressed file when they stand behind the training text."
)
READING = (
    "The network of 128 units needs 1.84 bits a character, a little less than counts that look five characters back "
    "(1.855) and more than all that look further: with 20 they need 1.70. The one of 64 units needs 2.10, between "
    "counts of three and of four. So a table of counts is the better guesser here, if it may keep the whole training "
    "text; the larger network is a file of 101 kB. xz needs 1.53; it can copy from what it has read of the held-out "
    "modules themselves, and neither the counts nor the weights of a network learn from those."
)
NAMES = {"small": "LSTM, 64 units", "large": "LSTM, 128 units", "counts": "counts", "xz": "xz"}
LONGEST = 20  # characters that are counted behind at most


def settings() -> list[dict]:
    """Both networks, the counts and the compressor, none of which draws anything here: seed 0."""
    return [{"method": method, "seed": 0} for method in ("counts", "xz", *char_lstm.SIZES)]


def run(method: str, seed: int) -> tuple[bool, int, float, str, dict]:
    """The score is in bits a character of `syntax.corpus().test`; of counts those of the k that is best on valid."""
    if method in char_lstm.SIZES:
        return True, 0, char_lstm.trained(method).bits, "trained", {}
    train, (_, valid, test, _) = text.encode(training_text()), syntax.corpus()
    if method == "xz":
        return True, 0, xz_bits(train, test.codes), "compressed", {}
    found = kneser_ney(train, np.concatenate([valid.codes, test.codes]), LONGEST)
    known, asked = (bits.mean(axis=1) for bits in np.split(found, [len(valid.codes)], axis=1))
    best = int(known.argmin())
    measures = {"valid": known.round(4).tolist(), "test": asked.round(4).tolist(), "best": best}
    return True, 0, float(asked[best]), "counted", measures


def summary(runs: list[Run]) -> dict:
    """For a chapter: the bits of each method, and of the counts by how many last characters they look at."""
    (counts,) = (r.measures for r in runs if r.setting["method"] == "counts")
    return {"bits": {r.setting["method"]: r.score for r in runs}, "counts": counts}


def plots(runs: list[Run]) -> list[Curves]:
    """The cost of a character by counts, over how far they look back, beside the networks and xz."""
    bits, counts = (summary(runs)[key] for key in ("bits", "counts"))
    return [Curves(
        title="What does the next character cost?", caption="Held-out modules of Python.",
        x=list(range(1, LONGEST + 1)), x_title="characters that the counts look back", y_title="bits a character",
        rows={"counts": [[value] for value in counts["test"][1:]]},
        baselines={NAMES[key]: bits[key] for key in ("small", "large", "xz")})]


def table(runs: list[Run]) -> str:
    """Bits a character of each method, and the course of the counts."""
    bits, counts = (summary(runs)[key] for key in ("bits", "counts"))
    names = NAMES | {"counts": f"counts, {counts['best']} characters back"}
    shown = (1, 2, 3, 4, 5, 6, 8, 10, 12, 16, LONGEST)
    return "\n\n".join((
        tables.markdown(["", "bits a character"], [[name, f"{bits[key]:.3f}"] for key, name in names.items()]),
        "Counts, by how many characters they look back, on the modules to choose by and on the held-out ones:",
        tables.markdown(["characters back", *map(str, shown)], [
            [part, *(f"{counts[part][k]:.3f}" for k in shown)] for part in ("valid", "test")])))

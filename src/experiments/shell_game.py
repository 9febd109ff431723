"""How long does a product of matrices I - beta v v^T follow a ball under swapped cups? Nothing is trained."""

from __future__ import annotations

import numpy as np

from helpers import tables
from helpers.curves import Curves
from helpers.linear import householder_states

from .core import Run, scores_of
from .wording import in_percent, percent

NAME = "shell_game"
CHAPTER = 9
TITLE = "A shell game: what a product of Householder matrices tracks"
PAPER = (
    "Grazzi et al. (2024): linear recurrences whose matrices are products of matrices I − βvvᵀ with eigenvalues from "
    "−1 to 1 can follow any finite automaton; with positive eigenvalues only they cannot even count modulo 2. Siems "
    "et al. (2025), DeltaProduct, take several such factors for each step and train them on permutations."
)
DEVIATIONS = (
    "Nothing is trained: v is set to the direction of each swap, and only β is chosen. Three cups, a ball under the "
    "first, random swaps, 200 games a seed; the guess is the cup with the largest weight, shared where weights are "
    "equal to 12 digits."
)
READING = (
    "At β = 2, where the factor is the swap itself, no game is lost in 1000 swaps. At β = 1.8 nearly all are right "
    "after 20 swaps and about four in five after 100; after 1000 the weights are equal to 12 digits and the guess is "
    "chance, one in three. At β = 1 it is right in 36 to 46 % of the games after 5 swaps, and from 20 on in 35 % at "
    "most."
)

BETAS, SWAPS, SEEDS = (1.0, 1.8, 2.0), (5, 20, 100, 1000), (0, 1, 2, 3, 4)
CUPS, GAMES, EQUAL = 3, 200, 1e-12


def games(swaps: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The directions v (swaps, GAMES, CUPS) of random swaps, and the cup (GAMES,) where the ball ends."""
    rng, cups = np.random.default_rng(seed), np.eye(CUPS)
    first = rng.integers(CUPS, size=(swaps, GAMES))
    second = (first + rng.integers(1, CUPS, size=(swaps, GAMES))) % CUPS
    ball = np.zeros(GAMES, int)
    for i, j in zip(first, second, strict=True):
        ball = np.where(ball == i, j, np.where(ball == j, i, ball))
    return cups[first] - cups[second], ball


def settings() -> list[dict]:
    """Every combination of seed, beta and number of swaps."""
    return [{"beta": beta, "swaps": swaps, "seed": seed} for seed in SEEDS for beta in BETAS for swaps in SWAPS]


def run(beta: float, swaps: int, seed: int) -> tuple[bool, int, float, str]:
    """Play GAMES games; the score is the share in which the largest weight is the ball's."""
    v, ball = games(swaps, seed)
    weights = householder_states(np.tile(np.eye(CUPS)[0], (GAMES, 1)), v, beta)[-1]
    best = weights >= weights.max(axis=1, keepdims=True) - EQUAL
    share = float(np.mean(best[np.arange(GAMES), ball] / best.sum(axis=1)))
    return share >= 0.99, GAMES, share, "untrained"


def plots(runs: list[Run]) -> list[Curves]:
    """What is guessed right, by the number of swaps."""
    rows = {f"β = {beta:g}": [in_percent(scores_of(runs, beta=beta, swaps=n)) for n in SWAPS] for beta in BETAS}
    return [Curves(
        title="How many swaps does the ball survive?", caption="", x=SWAPS, x_title="swaps",
        y_title="guessed right, in percent", y_range=(20, 105), log_x=True, rows=rows,
        baselines={"one cup in three": 100 / CUPS})]


def table(runs: list[Run]) -> str:
    """One row a beta: the share of games guessed right by the number of swaps."""
    rows = [[f"β = {beta:g}", *(percent(scores_of(runs, beta=beta, swaps=n)) for n in SWAPS)] for beta in BETAS]
    games_played = f"\n\n{GAMES} games a seed."
    return tables.markdown(["guessed right, %", *(f"after {n:,} swaps" for n in SWAPS)], rows) + games_played

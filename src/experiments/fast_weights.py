"""Which memory rewrites a key, and which holds many: a sum, the delta rule and a softmax. Nothing is trained."""

from __future__ import annotations

import numpy as np

from helpers import tables
from helpers.cells import softmax
from helpers.linear import delta_rule, linear_attention

from .core import Run, scores_of
from .wording import percent

NAME = "fast_weights"
CHAPTER = 9
TITLE = "Memories that are matrices: rewriting and capacity"
PAPER = (
    "Schlag, Irie & Schmidhuber (2021): linear attention is a memory of sums of outer products, limited in what it can "
    "hold; the delta rule lets it correct what a key already answers."
)
DEVIATIONS = (
    "Nothing is trained: 32 pairs of a key and a value of 16 random signs are written, no value twice, the keys "
    "either 32 random directions in 16 dimensions, or 16 orthonormal ones, each written twice. Recalled means: of the "
    "32 values the right one has the largest product with the answer, ties shared. The softmax, of sharpness 8 and "
    "without positions, keeps all pairs. 200 sets a seed."
)
READING = (
    "Where a key is written again, the delta rule recalls every new value; the sum and the softmax, which keep old and "
    "new, fewer than half. With random keys the delta rule with β = 1 recalls least. "
    "With β = 0.2 it recalls a little more than the sum and still rewrites every key. The softmax recalls all of "
    "32 random keys, and its memory grows with each pair."
)

PAIRS, SIZE, SETS, SHARPNESS, EQUAL = 32, 16, 200, 8.0, 1e-9
KEYS = {"orthonormal": "16 orthonormal keys, written twice", "random": "32 random keys"}
MEMORIES = {"sum": lambda k, v: linear_attention(k, k, v).S[-1],
            "delta rule, β = 1": lambda k, v: delta_rule(k, k, v).S[-1],
            "delta rule, β = 0.2": lambda k, v: delta_rule(k, k, v, 0.2).S[-1], "softmax": None}
SEEDS = (0, 1, 2, 3, 4)


def pairs(keys: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """SETS sets of keys and values, (SETS, PAIRS, SIZE) each; orthonormal keys come again after SIZE pairs."""
    rng = np.random.default_rng(seed)
    codes = np.stack([rng.choice(2**SIZE, PAIRS, replace=False) for _ in range(SETS)])  # no value twice in a set
    v = 2.0 * (codes[..., None] >> np.arange(SIZE) & 1) - 1.0
    if keys == "orthonormal":
        return np.tile(np.eye(SIZE), (SETS, PAIRS // SIZE, 1)), v
    k = rng.normal(size=(SETS, PAIRS, SIZE))
    return k / np.linalg.norm(k, axis=-1, keepdims=True), v


def settings() -> list[dict]:
    """Every combination of seed, kind of keys and memory."""
    return [{"keys": keys, "memory": memory, "seed": seed} for seed in SEEDS for keys in KEYS for memory in MEMORIES]


def run(keys: str, memory: str, seed: int) -> tuple[bool, int, float, str]:
    """Write SETS sets and ask for the last value of every key; the score is the share recalled."""
    k, v = pairs(keys, seed)
    if memory == "softmax":
        answers = softmax(SHARPNESS * k @ k.swapaxes(1, 2)) @ v
    else:
        answers = k @ MEMORIES[memory](k.swapaxes(0, 1), v.swapaxes(0, 1))
    scores = answers @ v.swapaxes(1, 2)
    best = scores >= scores.max(axis=-1, keepdims=True) - EQUAL
    right = np.diagonal(best, axis1=1, axis2=2) / best.sum(axis=-1)
    share = float(right[:, PAIRS - SIZE if keys == "orthonormal" else 0:].mean())
    return share >= 0.99, SETS, share, "untrained"


def table(runs: list[Run]) -> str:
    """One row a memory: the share recalled with either kind of keys."""
    rows = [[memory, *(percent(scores_of(runs, keys=keys, memory=memory)) for keys in KEYS)] for memory in MEMORIES]
    return tables.markdown(["recalled, %", *KEYS.values()], rows) + f"\n\n{SETS} sets a seed."

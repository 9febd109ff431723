"""Exercises of chapter 01: the recurrent neural network."""

import numpy as np

from live_figures.exercises import Question, close, exercise, not_yet, right, wrong

from ..cells import RNNParams, softmax
from ..params import normal, rnn_params
from ..sequence import rnn

__all__ = ["first_loss", "forward", "lag_matrix", "latch", "parameters", "patterns", "sample", "sequence_loss",
           "smallest_w", "without_w"]

parameters = Question(
    "ch01.parameters",
    "A character model has 96 inputs, 128 hidden units and 96 outputs, with a bias b for the state and one for the "
    "output. How many numbers does it learn, if it is trained on texts of 1000 characters?",
    answer=41_184, right="Right: 96·128 + 128·128 + 128 for the state, 128·96 + 96 for the output, and no 1000.",
    hint="Count the entries of U, W and V, then the two biases. Ask yourself what the 1000 changes.")

without_w = Question(
    "ch01.without_w",
    "In sₜ = tanh(U xₜ + W sₜ₋₁), oₜ = V sₜ, we set W = 0. On which inputs does the output oₜ still depend?",
    choices={
        "the current one": "Right: xₜ enters sₜ through U, and V carries sₜ to the output. Only the past is gone.",
        "the one before": "Not that: with W = 0 nothing of sₜ₋₁, and so nothing of the input before, reaches sₜ.",
        "all so far": "Not that: earlier inputs travel through W, and W is 0.",
        "none": "Not that: follow the arrow U from xₜ into sₜ, then V from sₜ into oₜ.",
    },
    answer="the current one")

first_loss = Question(
    "ch01.first_loss",
    "A model that knows nothing gives each of the 96 characters the same probability. What does it pay, in bits?",
    answer=float(np.log2(96)), tolerance=0.01, unit="bits a character", right="Right: −log₂(1/96) = log₂ 96.",
    hint="The cross-entropy of one character is −log₂ of the probability that the model gave it.")

smallest_w = Question(
    "ch01.smallest_w",
    "Reset the figure of the unfolded network, then move W alone. What is the smallest positive W on the slider for "
    "which the state at step 30 is 0.5 or more?",
    answer=1.1, tolerance=0.001, right="Right: at W = 1.10 the state settles just above 0.5, where s = tanh(1.1 s).",
    hint="Start at W = 1 and go up one step of the slider at a time; the sentence above the figure gives the state.")

_PATTERNS = {
    "the class of one image": "one-to-one", "a caption for an image": "one-to-many",
    "the mood of a review": "many-to-one", "a label for every frame of a film": "many-to-many equal",
    "a French sentence for an English one": "many-to-many unequal",
}


@exercise(
    solution=lambda: dict(_PATTERNS),
    wrong=[
        lambda: _PATTERNS | {"a caption for an image": "many-to-one"},
        lambda: _PATTERNS | {"a French sentence for an English one": "many-to-many equal"},
        lambda: {k: v for k, v in _PATTERNS.items() if "mood" not in k},
        lambda: list(_PATTERNS.values()),
    ],
)
def patterns(answer):
    """A dict that gives the pattern of each of five applications."""
    if not isinstance(answer, dict):
        return wrong("Answer with a dict: the application on the left, its pattern on the right.")
    if all(pattern is Ellipsis for pattern in answer.values()):
        return not_yet("“patterns”")
    known = sorted(set(_PATTERNS.values()))
    for task, pattern in _PATTERNS.items():
        if answer.get(task) in (None, Ellipsis):
            return wrong(f"There is no pattern yet for “{task}”.")
        if answer[task] not in known:
            return wrong(f"“{answer[task]}” is no pattern; the five are {', '.join(known)}.")
        if answer[task] != pattern:
            return wrong(f"“{task}” is something else. Count: how many things go in, how many come out, and when?")
    return right("All five fit.")


def _loop(W_x, W_h, b, x, *, swap=False, stale=False, keep=True):
    """A plain forward pass in NumPy, with the usual slips on request: the answer and its wrong relatives."""
    h, states = np.zeros((x.shape[1], W_h.shape[0])), []
    for x_t in x:
        new = np.tanh(x_t @ W_x + h @ (W_h.T if swap else W_h) + b)
        states.append(h if stale else new)
        h = new
    return np.stack(states) if keep else h


@exercise(
    solution=lambda: _loop,
    wrong=[
        lambda: lambda *a: _loop(*a, swap=True),
        lambda: lambda *a: _loop(*a, stale=True),
        lambda: lambda *a: _loop(*a, keep=False),
        lambda: lambda W_x, W_h, b, x: np.tanh(x @ W_x + b),
        lambda: 3.0,
    ],
)
def forward(answer):
    """A function (W_x, W_h, b, x (T, B, D)) -> all states (T, B, H), from a state of zeros."""
    if not callable(answer):
        return wrong("Answer with a function of W_x, W_h, b and x.")
    params = rnn_params(3, 4, seed=5, gain=0.9)._replace(b=normal((4,), 0.5, seed=6))
    x = normal((7, 2, 3), 1.0, seed=7)
    hint = "Each state enters the next step; return all of them, stacked along time, the newest of each step."
    complaint = close("The array of states", answer(*params, x), rnn(params, x).h, hint=hint)
    return right("Every state agrees.") if complaint is None else complaint


def _lag(W_x, W_h, W_y, k):
    return W_x @ np.linalg.matrix_power(W_h, k) @ W_y


@exercise(
    solution=lambda: _lag,
    wrong=[
        lambda: lambda W_x, W_h, W_y, k: W_x @ W_h**k @ W_y,
        lambda: lambda W_x, W_h, W_y, k: _lag(W_x, W_h, W_y, k + 1),
        lambda: lambda W_x, W_h, W_y, k: k * (W_x @ W_h @ W_y),
        lambda: lambda W_x, W_h, W_y, k: _lag(W_x, W_h.T, W_y, k),
    ],
)
def lag_matrix(answer):
    """A function (W_x, W_h, W_y, k) -> the matrix by which x_{t-k} enters o_t in the linear network."""
    if not callable(answer):
        return wrong("Answer with a function of W_x, W_h, W_y and k.")
    params, W_y = rnn_params(3, 4, seed=1, recurrent="normal", gain=0.7), normal((4, 2), 1.0, seed=2)
    unit = np.eye(3)[None]  # three sequences, each with one pulse in one input
    for k in (0, 1, 5):
        x = np.concatenate([unit, np.zeros((k, 3, 3))])
        measured = rnn(params._replace(b=np.zeros(4)), x, activation="linear").h[-1] @ W_y
        hint = "Write out o_t for k = 0, 1, 2: what stands between W_x and W_y?"
        complaint = close(f"The matrix for k = {k}", answer(params.W_x, params.W_h, W_y, k), measured, hint=hint)
        if complaint is not None:
            return complaint
    return right("It agrees with a pulse sent through the linear network, 0, 1 and 5 steps back.")


def _cross_entropy(scores, targets):
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(targets)), targets].sum()


def _unstable(scores, targets):
    with np.errstate(all="ignore"):
        p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        return -np.log(p[np.arange(len(targets)), targets]).sum()


@exercise(
    solution=lambda: _cross_entropy,
    wrong=[
        lambda: _unstable,
        lambda: lambda scores, targets: _cross_entropy(scores, targets) / len(targets),
        lambda: lambda scores, targets: -_cross_entropy(scores, targets),
        lambda: lambda scores, targets: -scores[np.arange(len(targets)), targets].sum(),
    ],
)
def sequence_loss(answer):
    """A function (scores (T, V), targets (T,)) -> the cross-entropy (nats) summed over time."""
    if not callable(answer):
        return wrong("Answer with a function of scores and targets.")
    scores, targets = normal((6, 5), 2.0, seed=3), np.array([0, 4, 2, 2, 1, 3])
    cases = (("The loss", scores, "Take −log of the softmax at each target, then the sum over the steps."),
             ("The loss for scores near 1000", scores + 1000,
              "exp(1000) overflows; subtract the largest score of each step first, which changes no probability."))
    for name, case, hint in cases:
        complaint = close(name, answer(case, targets), _cross_entropy(scores, targets), hint=hint)
        if complaint is not None:
            return complaint
    return right("Right, and it does not overflow.")


def _draw(scores, temperature, u):
    return int(np.searchsorted(np.cumsum(softmax(scores / temperature)), u))


@exercise(
    solution=lambda: _draw,
    wrong=[
        lambda: lambda scores, temperature, u: int(np.argmax(scores)),
        lambda: lambda scores, temperature, u: _draw(scores, 1.0, u),
        lambda: lambda scores, temperature, u: _draw(scores, 1 / temperature, u),
        lambda: lambda scores, temperature, u: int(np.argmin(np.abs(softmax(scores / temperature) - u))),
    ],
)
def sample(answer):
    """A function (scores (V,), temperature, u in [0, 1)) -> the index drawn."""
    if not callable(answer):
        return wrong("Answer with a function of scores, temperature and u.")
    scores = np.log(np.array([0.5, 0.2, 0.2, 0.1]))
    u = (np.arange(4000) + 0.5) / 4000  # even numbers stand in for random ones: frequencies become exact
    for temperature in (1.0, 0.5, 3.0):
        drawn = np.bincount([int(answer(scores, temperature, v)) for v in u], minlength=4)
        hint = "Divide the scores by the temperature, take the softmax, and find where its running sum passes u."
        complaint = close(f"How often each index comes at temperature {temperature:g}", drawn / 4000,
                          softmax(scores / temperature), hint=hint, atol=1e-3)
        if complaint is not None:
            return complaint
    return right("Every index comes as often as the softmax says, at three temperatures.")


@exercise(
    solution=lambda: (4.0, 2.0, 0.0),
    wrong=[lambda: (4.0, 0.9, 0.0), lambda: (0.3, 2.0, 0.0), lambda: (4.0, -2.0, 0.0), lambda: (4.0, 2.0, 1.5),
           lambda: (4.0, 2.0), lambda: (0.0, 0.0, 0.0)],
)
def latch(answer):
    """Weights (w_x, w_h, b) of one tanh unit that shows the sign of the last pulse, 50 steps later still."""
    try:
        w_x, w_h, b = (float(v) for v in answer)
    except (TypeError, ValueError):
        return wrong("Answer with three numbers: (w_x, w_h, b).")
    x = np.zeros((250, 1, 1))
    x[[0, 50, 100, 150, 200], 0, 0] = pulses = [1, -1, -1, 1, -1]
    h = rnn(RNNParams(np.array([[w_x]]), np.array([[w_h]]), np.array([b])), x).h[:, 0, 0]
    sign = np.repeat(pulses, 50)
    bad = np.flatnonzero(sign * h < 0.5)
    if len(bad):
        after = int(bad[0] % 50)
        return wrong(f"At step {after} after a pulse the state does not show its sign by 0.5 or more. A pulse must be "
                     "strong enough to turn the state over, and the loop strong enough to keep it there.")
    return right("Five pulses, each remembered for 50 steps and then overwritten by the next.")

"""Exercises of chapter 02, backpropagation through time."""

from __future__ import annotations

import numpy as np

from live_figures.exercises import Question, close, exercise, right
from live_figures.exercises import wrong as not_right

from ..bptt import rnn_bptt
from ..lags import lag_gradients, lag_signals, reach, truncated_gradients
from ..live import load
from ..params import normal, rnn_params
from ..sequence import rnn

__all__ = ["best_segment", "checkpointed", "derivative", "first_free_step", "long_memory", "parallel_streams",
           "shortest_window", "terms", "truncated", "what_changes"]

terms = Question(
    "ch02.terms",
    "A sequence has 10 steps, and an output with a loss at each of them. How many terms does the double sum for the "
    "recurrent weights have, if the first state h_0 counts as a state too?",
    answer=55,
    right="Right: the output at t reaches back through t uses of the weights, and 1 + 2 + ... + 10 = 55.",
    hint="Output 1 has one term, output 2 has two: how does that go on, and what is the sum?",
)

what_changes = Question(
    "ch02.what_changes",
    "Same weights, same text, true characters as inputs. You cut the graph after every 5 steps with detach(), and "
    "carry the state on. What is different in this one update?",
    answer="gradient",
    choices={
        "loss": "No: detach() passes the same numbers on, so every state, every output and the loss stay as they were.",
        "gradient": "Right: the numbers that go forward are the same, only the way back is cut.",
        "both": "Half of it: look again at what detach() does to the values that go forward.",
        "neither": "No: terms whose path crosses a cut are gone. Which quantity are they terms of?",
    },
)

first_free_step = Question(
    "ch02.first_free_step",
    "A trained model reads a true text. Then it runs freely: each next input is a character that it drew itself. "
    "Compare its loss on the true text with teacher forcing at the very first free prediction.",
    answer="equal",
    choices={
        "higher": "No: which characters has the network read by the time of this first prediction?",
        "equal": "Right: until its first own character comes back as an input, both have read the same true text.",
        "lower": "No: it has no information that teacher forcing lacks. What has it read so far?",
    },
)

best_segment = Question(
    "ch02.best_segment",
    "400 steps. You keep only the state before each segment, and on the way back recompute one segment at a time. "
    "Which segment length keeps the fewest states at once?",
    answer=20,
    unit="steps",
    right="Right: 400/s + s is smallest at s = 20, where 40 states replace 400. In general at the square root of T.",
    hint="With segments of s steps there are 400/s kept states and s recomputed ones. Where is the sum smallest?",
)


def _scalar_states(w, x):
    h = 0.0
    for value in x:
        h = w * h + value
    return h


def _derivative(w, x):
    return sum(k * w ** (k - 1) * x[len(x) - 1 - k] for k in range(1, len(x)))


@exercise(
    solution=lambda: _derivative,
    wrong=[
        lambda: lambda w, x: sum(k * w**k * x[len(x) - 1 - k] for k in range(1, len(x))),
        lambda: lambda w, x: x[-2] if len(x) > 1 else 0.0,
        lambda: lambda w, x: sum(w ** (k - 1) * x[len(x) - 1 - k] for k in range(1, len(x))),
    ],
)
def derivative(answer):
    """dh_T/dw of h_t = w h_{t-1} + x_t, against a complex step, which has no rounding error to speak of."""
    for seed, (w, steps) in enumerate(((0.5, 2), (-0.9, 7), (1.2, 12))):
        x = normal((steps,), seed=seed)
        expected = _scalar_states(w + 1e-200j, x).imag / 1e-200
        fault = close(f"dh_T/dw for w = {w:g} and {steps} inputs", answer(w, x), expected, atol=1e-9,
                      hint="x_{T-k} is multiplied by w^k on its way to h_T: differentiate that, and add over k.")
        if fault is not None:
            return fault
    return right("Right: one term for each lag, k w^(k-1) x_(T-k), and the same as a numerical derivative.")


def _sequence(seed, steps=12):
    params = rnn_params(2, 4, seed=seed, gain=1.0)
    x, grad_h = normal((steps, 3, 2), seed=seed + 1), normal((steps, 3, 4), seed=seed + 2)
    return params, x, grad_h


def _truncated(params, x, grad_h, window, carry=True):
    total, h = np.zeros_like(params.W_h), np.zeros((x.shape[1], params.W_h.shape[0]))
    for start in range(0, len(x), window):
        part = slice(start, start + window)
        trace = rnn(params, x[part], h)
        total = total + rnn_bptt(params, x[part], trace, grad_h[part], h).params.W_h
        h = trace.h[-1] if carry else h
    return total


@exercise(
    solution=lambda: _truncated,
    wrong=[
        lambda: lambda *given: _truncated(*given, carry=False),
        lambda: lambda params, x, grad_h, window: rnn_bptt(params, x, rnn(params, x), grad_h).params.W_h,
        lambda: lambda params, x, grad_h, window: _truncated(params, x, grad_h, window + 1),
    ],
)
def truncated(answer):
    """dW_h cut into chunks with the state carried, against the terms of the double sum that chunks keep."""
    for seed, window in enumerate((1, 4, 5, 12)):
        params, x, grad_h = _sequence(seed)
        kept = lag_gradients(lag_signals(params, rnn(params, x), grad_h))
        expected = truncated_gradients(kept, reach(len(x), window, window))
        fault = close(f"dW_h with chunks of {window}", answer(params, x, grad_h, window), expected,
                      hint="Each chunk starts from the last state of the chunk before; its gradient stops there.")
        if fault is not None:
            return fault
    return right("Right: the same terms of the double sum that truncation should keep, for four windows.")


def _checkpointed(params, x, grad_h, segment):
    starts = list(range(0, len(x), segment))
    kept, h = [], np.zeros((x.shape[1], params.W_h.shape[0]))
    for start in starts:
        kept.append(h)
        h = rnn(params, x[start : start + segment], h).h[-1]
    total, back = np.zeros_like(params.W_h), np.zeros_like(h)
    for start, h in zip(reversed(starts), reversed(kept), strict=True):
        part = slice(start, start + segment)
        errors = grad_h[part].copy()
        errors[-1] += back
        grads = rnn_bptt(params, x[part], rnn(params, x[part], h), errors, h)
        total, back = total + grads.params.W_h, grads.h0
    return total


@exercise(
    solution=lambda: _checkpointed,
    wrong=[
        lambda: _truncated,
        lambda: lambda params, x, grad_h, segment: 2 * _checkpointed(params, x, grad_h, segment),
    ],
)
def checkpointed(answer):
    """The full dW_h from checkpoints, against one sweep over everything kept."""
    for seed, segment in enumerate((1, 5, 12)):
        params, x, grad_h = _sequence(seed)
        expected = rnn_bptt(params, x, rnn(params, x), grad_h).params.W_h
        fault = close(f"dW_h with segments of {segment}", answer(params, x, grad_h, segment), expected,
                      hint="Nothing is truncated here: what comes back to a segment's first state (grads.h0) is an "
                           "error of the last state of the segment before.")
        if fault is not None:
            return fault
    return right("Right: the exact gradient, with one segment of states in memory at a time.")


def _parallel_streams(codes, streams):
    length = len(codes) // streams
    return codes[: length * streams].reshape(streams, length).T


@exercise(
    solution=lambda: _parallel_streams,
    wrong=[
        lambda: lambda codes, streams: codes[: len(codes) // streams * streams].reshape(-1, streams),
        lambda: lambda codes, streams: _parallel_streams(codes, streams).T,
    ],
)
def parallel_streams(answer):
    """Codes laid out so that each column is one stretch of the text, read downwards."""
    for size, streams in ((12, 3), (23, 4)):
        codes = np.arange(size)
        fault = close(f"{size} characters in {streams} streams", answer(codes, streams),
                      _parallel_streams(codes, streams),
                      hint="Shape (length, streams): going down one column must read the text in order, so that the "
                           "state carried in that column is always about its own stretch.")
        if fault is not None:
            return fault
    return right("Right: every column reads on where its own last row ended.")


def _figure(name, controls):
    figure = load(name)
    return figure.values(**controls), figure.run(**controls)


@exercise(
    solution=lambda: {"delay": 8, "window": 18},
    wrong=[
        lambda: {"delay": 8, "window": 8},
        lambda: {"delay": 8, "window": 30},
        lambda: {"delay": 4, "window": 10},
    ],
)
def shortest_window(answer):
    """Controls of `tbptt_window` at which its challenge is met."""
    values, arrays = _figure("tbptt_window", answer)
    if values["delay"] < 8:
        return not_right("The delay is too short: the challenge asks for 8 or more.")
    if arrays["chunk"] < 0.99:
        return not_right(f"Chunks of this window reach a cosine of {arrays['chunk']:.4f}. Follow the orange line.")
    if not arrays["shortest"] > 0:
        return not_right("This window is long enough, but a shorter one is too. Walk back down the solid orange line.")
    return right(f"Right: a delay of {values['delay']} steps took chunks of {values['window']}, because most outputs "
                 "of a chunk reach back less than its length.")


@exercise(
    solution=lambda: {"gain": 1.0, "input_scale": 0.1},
    wrong=[
        lambda: {"gain": 0.9, "input_scale": 0.1},
        lambda: {"gain": 1.0, "input_scale": 1.0},
        lambda: {"gain": 1.2, "input_scale": 0.1},
        lambda: {"gain": 1.0, "input_scale": 0.1, "activation": "linear"},
    ],
)
def long_memory(answer):
    """Controls of `bptt_lags` at which its challenge is met."""
    values, arrays = _figure("bptt_lags", answer)
    if values["activation"] != "tanh" or values["gain"] > 1 or values["output"] != 40:
        return not_right("The challenge asks for tanh, a gain of at most 1, and output 40.")
    if not arrays["far"] > 0:
        ratio = 10 ** (arrays["term"][30] - arrays["term"][0])
        return not_right(f"Lag 30 adds {ratio:.2g} of what lag 0 adds. What takes size away at every step back, the "
                         "weights or the slope of tanh?")
    return right("Right: with small states tanh is nearly a straight line, its slope stays near 1, and only the "
                 "weights decide.")

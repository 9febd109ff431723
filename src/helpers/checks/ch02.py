"""Exercises of chapter 02: backpropagation through time."""

import tracemalloc

import numpy as np

from live_figures.exercises import choice, controls, function, number

from .. import live
from ..bptt import rnn_bptt
from ..lags import lag_gradients, lag_signals, reach, truncated_gradients
from ..params import rnn_params
from ..sequence import rnn

__all__ = ["best_segment", "checkpointed", "derivative", "first_free_step", "long_memory", "parallel_streams",
           "shortest_window", "terms", "truncated", "what_changes"]


@number(
    title="Counting", difficulty=1, minutes=2,
    question="A sequence has 10 steps, with an output and its loss at each of them. How many terms does the double sum "
             "for $\\partial E / \\partial W_h$ have, one for each output and each use of $W_h$ that it depends on?",
    hints=("Output 1 depends on one use of $W_h$, output 2 on two. How does that go on?",
           "The output of step 5 counts the products too."),
    answer=55,
    mistakes={"100 pairs of steps, but no output depends on a use of the weights that comes after it.": 100,
              "These are the uses that lie before each output's own step. The use at its own step counts too.": 45,
              "That is what one sweep needs, or one output. The double sum keeps all outputs apart.": 10,
              "There are ten outputs, and ten uses of the weights: the first is at step 1, from the zero state.": 66,
              "Half of the 100 pairs of steps, but the pairs of a step with itself count in full.": 50},
    praise="Right: the output at t reaches back through t uses of the weights, and 1 + 2 + ... + 10 = 55.",
    nudge="Output 1 has one term, output 2 has two: how does that go on, and what is the sum?",
)
def terms():
    r"""Output $t$ reaches back through $t$ uses of $W_h$: $1 + 2 + \dots + T = T(T+1)/2$. It is also the number of
    products that step 5 counted."""
    return sum(range(1, 11))


@choice(
    title="What does the cut change?", difficulty=1, minutes=2,
    question="Same weights, same text, true characters as inputs. You cut the graph after every 5 steps with "
             "`detach()`, and carry the state on. What is different in this one update?",
    hints=("What does `detach()` return, seen as numbers?",),
    choices={
        "loss": ("the loss", "Not that: detach() passes the same numbers on, so every state, every output and the loss "
                 "stay as they were."),
        "gradient": ("the gradient", "Right: the numbers that go forward are the same, only the way back is cut."),
        "both": ("both", "Half of it: look again at what detach() does to the values that go forward."),
        "neither": ("neither", "Not that: terms whose path crosses a cut are gone. Which quantity are they terms of?"),
    },
    answer="gradient",
)
def what_changes():
    """Only the gradient. In the chapter's table of the two switches, both rows “the true text” have the same loss."""


@choice(
    title="The first free step", difficulty=1, minutes=2,
    question="A trained model reads a true text. Then it runs freely: each next input is a character that it drew "
             "itself. Compare its loss on the true text at the very first prediction after the prompt with that under "
             "teacher forcing.",
    hints=("When does its own first character come back as an input?",),
    choices={
        "higher": ("it is higher",
                   "Not that: which characters has the network read by the time of this first prediction?"),
        "equal": ("it is equal", "Right: until its first own character comes back as an input, both have read the same "
                  "true text."),
        "lower": ("it is lower", "Not that: it has no information that teacher forcing lacks. What has it read so "
                  "far?"),
    },
    answer="equal",
)
def first_free_step():
    """Equal: its own first draw is read at the second step. The three lines of the chapter's plot begin at one
    point."""


def _scalar_sequences(rng):
    for w, steps in ((0.5, 2), (-0.9, 7), (1.2, 12), (0.0, 4), (1.0, 1)):
        yield w, rng.normal(size=steps)


def _by_complex_step(w, x):
    """The reference: a derivative without a difference of two numbers, so that nothing is lost to rounding."""
    h = 0.0
    for x_t in x:
        h = (w + 1e-200j) * h + x_t
    return h.imag / 1e-200 if len(x) > 1 else 0.0


def _over_lags(weight):
    """A wrong derivative: the sum over the lags k of weight(w, k) times the input of k steps before the last."""
    return lambda w, x: sum(weight(w, k) * x[len(x) - 1 - k] for k in range(1, len(x)))


@function(
    title="One weight", difficulty=2, minutes=10,
    question=r"""
        Derive the gradient of the smallest recurrent network there is: $h_t = w\, h_{t-1} + x_t$, with $h_0 = 0$. Write
        `derivative(w, x)`, which returns $dh_T/dw$ as one sum over lags, with no loop over states. Here `x` holds
        $x_1, \dots, x_T$.
        """,
    hints=("First write $h_T$ itself as a sum over inputs: with which power of $w$ does $x_{T-k}$ arrive?",
           "Differentiate that power, and add over $k$."),
    cases=_scalar_sequences,
    reference=_by_complex_step,
    returns=("dh_T/dw",),
    tolerance=1e-6,  # torch.tensor(w) is float32, and times a float64 input it no longer looks like it
    mistakes={
        "The power is one too high: the derivative of w^k is k w^(k−1).": _over_lags(lambda w, k: k * w**k),
        "The factor k is missing: x_(T−k) passes through k uses of w, and each has its share, not the last alone.":
            _over_lags(lambda w, k: w ** (k - 1)),
        "This is h_T itself. Differentiate it.": lambda w, x: sum(w**k * x[len(x) - 1 - k] for k in range(len(x))),
        "The inputs are taken from the wrong end: lag k belongs to the input k steps before the last.":
            lambda w, x: sum(k * w ** (k - 1) * x[k] for k in range(1, len(x))),
        "The lags are counted from the wrong input: the last one has lag 0.":
            lambda w, x: sum(k * w ** (k - 1) * x[len(x) - k] for k in range(1, len(x) + 1)),
        "The first input is left out. It has the longest lag, T − 1.":
            lambda w, x: sum(k * w ** (k - 1) * x[len(x) - 1 - k] for k in range(1, len(x) - 1)),
        "The sign is turned.": ("return np.sum", "return -np.sum"),
        "The factor is k + 1 here: count the uses of w between x_(T−k) and h_T.":
            _over_lags(lambda w, k: (k + 1) * w ** (k - 1)),
    },
    praise="Right: one term for each lag, and the same as a numerical derivative.",
    nudge="x_(T−k) is multiplied by w^k on its way to h_T: differentiate that, and add over k.",
)
def derivative(w, x):
    r"""$h_T = \sum_k w^k x_{T-k}$, so $dh_T/dw = \sum_{k \ge 1} k\, w^{k-1} x_{T-k}$. The factor $k$ counts the $k$
    uses of $w$ on the way: the double sum in miniature."""
    k = np.arange(1, len(x))
    lagged = x[len(x) - 1 - k]
    return np.sum(k * w ** (k - 1) * lagged)


def _sequence(rng, T, B, D, H):
    """Weights with biases, inputs, and errors at every step."""
    params = rnn_params(D, H, seed=T + H)._replace(b=rng.normal(size=H))
    return params, rng.normal(size=(T, B, D)), rng.normal(size=(T, B, H))


def _cut(rng):
    """Sequences and windows: one that divides the length, some that do not, 1, and one longer than the sequence."""
    for T, B, D, H, window in ((12, 3, 2, 4, 4), (12, 2, 3, 3, 5), (6, 1, 1, 5, 1), (7, 2, 4, 2, 3), (5, 1, 2, 3, 9)):
        yield *_sequence(rng, T, B, D, H), window


def _terms_within(params, x, grad_h, window, every):
    """The terms of the double sum that BPTT(window; every) keeps, added up."""
    terms = lag_gradients(lag_signals(params, rnn(params, x), grad_h))
    return truncated_gradients(terms, reach(len(x), min(window, len(x)), min(every, len(x))))


def _full(params, x, grad_h, *_):
    return rnn_bptt(params, x, rnn(params, x), grad_h).params.W_h


@function(
    title="Truncate it", difficulty=2, minutes=10,
    question=r"""
        Write `truncated(params, x, grad_h, window)`: $\partial E / \partial W_h$ with the sequence cut into chunks of
        `window` steps (the last one may be shorter) and the state carried from chunk to chunk. Use
        `rnn(params, x, h0)` and `rnn_bptt(params, x, trace, grad_h, h0)`, and start from a state of zeros.
        """,
    hints=("Both functions take `h0`. What comes out of one chunk as `trace.h[-1]` goes into the next.",
           "`range(0, len(x), window)` gives the first step of every chunk, and a slice may end behind the last step."),
    cases=_cut,
    reference=lambda params, x, grad_h, window: _terms_within(params, x, grad_h, window, window),
    returns=("∂E/∂W_h",),
    tolerance=1e-6,  # float32 gradients of chunks may be added up in float64
    mistakes={
        "The state is not carried: every chunk starts from zeros.":
            ("h_start = trace.h[-1]", "h_start = 0 * h_start"),
        "This is the full gradient. Each chunk has a sweep of its own, which ends where the chunk begins.": _full,
        "The chunks are one step too long.": ("    total = np", "    window = window + 1\n    total = np"),
        "The chunks are one step too short.": ("    total = np", "    window = max(1, window - 1)\n    total = np"),
        "This is the gradient of the first sequence alone. Add up those of the whole batch.":
            lambda params, x, grad_h, window: _terms_within(params, x[:, :1], grad_h[:, :1], window, window),
        "This is the mean over the batch. The errors come with their weights already: add them up.":
            ("return total", "return total / x.shape[1]"),
        "This is BPTT(w; 1): every output reaches back w steps. In chunks, only the last one of each does.":
            lambda params, x, grad_h, window: _terms_within(params, x, grad_h, window, 1),
        "This is the gradient of one chunk alone. Add up those of all chunks.": ("total += grads", "total = grads"),
        "The steps after the last whole chunk are missing.": ("len(x), window)", "len(x) // window * window, window)"),
        "rnn_bptt needs the state before the chunk too: without h0 it takes zeros for it.":
            ("grad_h[part], h_start)", "grad_h[part])"),
        "This is the mean over the chunks. The gradient is their sum.":
            ("return total", "return total / -(-len(x) // window)"),
        "This is transposed.": ("return total", "return total.T"),
    },
    praise="Right: the terms of the double sum that truncation should keep, for five windows.",
    nudge="Each chunk starts from the last state of the chunk before; its gradient stops there.",
)
def truncated(params, x, grad_h, window):
    """Only the state crosses the cut: `rnn_bptt` sees one chunk at a time, and what it sends back to `h_start` is
    dropped."""
    total = np.zeros_like(params.W_h)
    h_start = np.zeros((x.shape[1], params.W_h.shape[0]))
    for start in range(0, len(x), window):
        part = slice(start, start + window)
        trace = rnn(params, x[part], h_start)
        grads = rnn_bptt(params, x[part], trace, grad_h[part], h_start)
        total += grads.params.W_h
        h_start = trace.h[-1]
    return total


def _codes(rng):
    for size, n in ((12, 3), (23, 4), (7, 1), (9, 9), (40, 6)):
        yield rng.integers(96, size=size), n


@function(
    title="Streams that read on", difficulty=2, minutes=6,
    question="Write `parallel_streams(codes, n)`: lay the text out as an array of shape (length, n) whose every column "
             "can be read downwards with a carried state. Each column is one stretch of the text, the first column the "
             "first stretch. Drop what is left over at the end.",
    hints=("`reshape` fills row by row. Along which axis should a stretch of text lie, before you transpose?",
           "Each stream has `len(codes) // n` characters."),
    cases=_codes,
    returns=("the array of streams",),
    mistakes={
        "This has the right shape, but each column holds every n-th character. A column should be one stretch of the "
        "text.": lambda codes, n: codes[: len(codes) // n * n].reshape(-1, n),
        "The streams lie in rows here. Transpose, so that they lie in columns.": (".T", ""),
        "The rest is dropped at the beginning of the text. Drop it at the end.":
            ("codes[: length * n]", "codes[len(codes) - length * n :]"),
        "The text is laid out from its end.": ("codes[: length * n]", "codes[: length * n][::-1]"),
        "The characters are sorted here. They should stay in the order of the text.":
            ("codes[: length * n]", "np.sort(codes[: length * n])"),
        "These are positions in the text. The characters there are asked for.":
            ("codes[: length * n]", "np.arange(length * n)"),
        "The streams are read upwards here.": (".T", ".T[::-1]"),
        "The last stretch comes first here.": (".T", ".T[:, ::-1]"),
        "The last row is missing: each stream has len(codes) // n characters.": (".T", ".T[:-1]"),
    },
    praise="Right: every column reads on where its own last row ended.",
    nudge="Going down one column must read the text in order, so that the state carried in that column is always about "
          "its own stretch.",
)
def parallel_streams(codes, n):
    """`reshape(length, n)` alone would give the right shape, and each column would hold every $n$-th character of the
    text."""
    length = len(codes) // n
    return codes[: length * n].reshape(n, length).T


@number(
    title="The best segment", difficulty=2, minutes=5,
    question="Truncation is not the only way to save memory. Keep only the state *before* each segment of a sequence. "
             "On the way back, run each segment forward once more, from its kept state, and sweep through it. With 400 "
             "steps, which segment length keeps the fewest states at once?",
    hints=("With segments of $s$ steps there are $400/s$ kept states and $s$ recomputed ones.",
           "Where is their sum smallest?"),
    answer=20, unit="steps",
    mistakes={"That is how many states are kept. How long is a segment?": 40,
              "One segment of 400 steps: all states are kept, as without the trick.": 400,
              "With segments of one step, a state is kept before every step.": 1,
              "Two segments keep 2 states, and recompute 200 at once.": 200,
              "Four segments keep 4 states, and recompute 100 at once.": 100,
              "10 recomputed states, but 40 kept ones: 50 in all. There is a better balance.": 10},
    praise="Right: 400/s + s is smallest at s = 20, where 40 states replace 400; in general at the square root of T.",
    nudge="With segments of s steps there are 400/s kept states and s recomputed ones. Where is the sum smallest?",
)
def best_segment():
    r"""One more run forward buys memory for $T/s + s$ states instead of $T$, smallest at $s = \sqrt{T}$. The scheme is
    that of Chen et al. (2016, [arXiv:1604.06174](https://arxiv.org/abs/1604.06174)); Gruslys et al. (2016) find the
    best places to keep a state for any budget of memory."""
    s = np.arange(1, 401)
    return int(s[np.argmin(400 / s + s)])


_LONG = 600  # steps of the one sequence for which memory is measured: in a short one, Python's own would count too


def _segments(rng):
    for T, B, D, H, segment in ((12, 3, 2, 4, 4), (12, 2, 3, 3, 5), (6, 1, 1, 5, 1), (5, 1, 2, 3, 9)):
        yield *_sequence(rng, T, B, D, H), segment
    params, x, grad_h = _sequence(rng, _LONG, 16, 1, 32)
    yield params, x, grad_h.astype(np.float32), 10


def _gradient_and_memory(checkpointed, params, x, grad_h, segment):
    """The gradient, and how many times over the states of all steps were held at once (0, 1, or 2 for more).

    What NumPy and Python allocate is counted, what torch does is not. The errors of the long sequence come in float32,
    so that an answer that copies them is not taken for one that keeps the states.
    """
    if len(x) < _LONG:
        return checkpointed(params, x, grad_h, segment), 0
    already = tracemalloc.is_tracing()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        gradient = checkpointed.function(params, x, grad_h, segment)  # itself: the copies of a call are memory too
        _, peak = tracemalloc.get_traced_memory()
    finally:
        if not already:
            tracemalloc.stop()
    return gradient, min(2, int((peak - before) / (8 * grad_h.size) + 0.05))


@function(
    title="Exact, in less memory", difficulty=3, minutes=20,
    question=r"""
        Now do it. Write `checkpointed(params, x, grad_h, segment)`, which returns the full
        $\partial E / \partial W_h$ and never holds more than the state before each segment and the states of one
        segment. Use `rnn(params, x, h0)` and `rnn_bptt(params, x, trace, grad_h, h0)`, and start from a state of zeros.
        The checker measures the memory that your function takes, except for what torch allocates.
        """,
    hints=("First go forward and keep the state before each segment. Then go through the segments from the last to the "
           "first.",
           "`rnn_bptt(...).h0` is what arrives at the state before the segment. To whom must it be passed?",
           "`trace.h[-1]` is a view, and keeps the whole of `trace.h` alive. `trace.h[-1].copy()` does not."),
    cases=_segments,
    measure=_gradient_and_memory,
    returns=("∂E/∂W_h", "the number of times that all states would fit into the memory taken"),
    tolerance=1e-6,  # the errors of the long sequence are float32
    mistakes={
        "The gradient is right, but your function holds the states of all steps at once, as without checkpoints. Keep "
        "one state before each segment, and run the segment again when its turn comes.": _full,
        "The gradient is right, but the memory taken would hold a state for every step. A view such as trace.h[-1] "
        "keeps its whole array alive: keep a copy.": (".h[-1].copy()", ".h[-1]"),
        "This is truncated: what comes back to a segment's first state (grads.h0) is an error of the last state of the "
        "segment before.": ("errors[-1] += arriving", "pass"),
        "What arrives from later segments takes the place of the last step's own error. Add the two.":
            ("errors[-1] += arriving", "errors[-1] = arriving"),
        "What arrives belongs to the last step of the segment, not to its first.":
            ("errors[-1] += arriving", "errors[0] += arriving"),
        "What arrives belongs to the last step of the segment, not to all of its steps.":
            ("errors[-1] += arriving", "errors += arriving"),
        "grads.h[0] is the error at the first state of the segment. It has to go one step further, to the state before "
        "(grads.h0).": ("grads.h0", "grads.h[0]"),
        "The segments are run again from zeros. Begin with the state that you kept.":
            ("kept.pop()", "0 * kept.pop()"),
        "This is the gradient of one segment alone. Add up those of all segments.": ("total + grads", "grads"),
    },
    praise="Right: the exact gradient, and NumPy never held the states of all steps at once.",
    nudge="Nothing is truncated here: what comes back to a segment's first state (grads.h0) is an error of the last "
          "state of the segment before.",
)
def checkpointed(params, x, grad_h, segment):
    """The errors of a segment's last step are two: its own, and the one that comes back from the later segments."""
    starts, kept = range(0, len(x), segment), []
    h = np.zeros((x.shape[1], params.W_h.shape[0]))
    for start in starts:
        kept.append(h)
        trace = rnn(params, x[start : start + segment], h)
        h = trace.h[-1].copy()  # a view would keep the whole of trace.h
    total, arriving = np.zeros_like(params.W_h), np.zeros_like(h)
    for start in reversed(starts):
        part, h = slice(start, start + segment), kept.pop()
        errors = grad_h[part].copy()
        errors[-1] += arriving
        trace = rnn(params, x[part], h)
        grads = rnn_bptt(params, x[part], trace, errors, h)
        total, arriving = total + grads.params.W_h, grads.h0
    return total


@controls(
    title="The shortest window", difficulty=2, minutes=6,
    question="Experiment. In the figure `tbptt_window`, set a delay of 8 or more and find the shortest window whose "
             "*chunks* reach a cosine of 0.99. How many times the delay is it? Give the controls that you moved as a "
             "`dict`.",
    hints=("Begin with a short window and lengthen it step by step, until the cosine of the chunks first reaches 0.99.",
           "One step back is too short again: the challenge under the figure is met at the right window alone."),
    figure="helpers.figures.tbptt_window", met="shortest",
    mistakes={
        "The delay is {delay}. Set one of 8 or more.": (dict(delay=4, window=10), lambda q: q["delay"] < 8),
        "Chunks of {window} reach a cosine of {chunk:.4f}. Where does their curve first reach 0.99?":
            (dict(delay=8, window=8), lambda q: q["chunk"] < 0.99),
        "Chunks of {window} are long enough, but shorter ones are too. Walk back down the curve.":
            (dict(delay=8, window=30), lambda q: True),
    },
    praise="Right: with a delay of {delay}, chunks of {window} are the first ones long enough, because the outputs "
           "right after each cut have lost the path to the input that they are asked for.",
    stub="shortest_window = dict(delay=..., window=...)",
)
def shortest_window():
    """With the other controls as they were, a delay of 8 takes chunks of 18, more than twice as long: the first seven
    outputs of every chunk have lost the path to their input, and the others have to outvote them. The factor depends on
    the delay: it is 2 for a delay of 9, and nearly 3 for one of 11."""
    figure = live.load("tbptt_window")
    cosines = figure.run(delay=8, window=40)["curves"][1]
    shortest = 1 + int(np.argmax(cosines >= 0.99))
    return dict(delay=8, window=shortest)


@controls(
    title="A long reach without a large gain", difficulty=2, minutes=6,
    question="Experiment. In the figure `bptt_lags`, with tanh, a gain of at most 1 and output 40, make lag 30 add at "
             "least a tenth of what lag 0 adds. Say why it works, then give the controls that you moved as a `dict`.",
    hints=("Two factors take size away at each step back. The gain is one.",
           "The other one is the slope of tanh. Where is it equal to 1?"),
    figure="helpers.figures.bptt_lags", met="far",
    mistakes={
        "Keep tanh: in the linear network there is nothing to explain.":
            (dict(activation="linear", gain=1.0), lambda q: q["activation"] != "tanh"),
        "The gain is {gain:g}, and should be 1 at most.": (dict(gain=1.2, input_scale=0.1), lambda q: q["gain"] > 1),
        "Look at output 40: earlier outputs have a shorter past.":
            (dict(gain=1.0, input_scale=0.1, output=35), lambda q: q["output"] != 40),
        "Two things still take size away at every step back: the weights, with a gain of {gain:g}, and the slope of "
        "tanh, which is below 1 where the states are large.":
            (dict(gain=0.9, input_scale=0.5), lambda q: q["gain"] < 1 and q["input_scale"] > 0.1),
        "The weights still take size away: a gain of {gain:g} does it thirty times over.":
            (dict(gain=0.95, input_scale=0.1), lambda q: q["gain"] < 1),
        "The slope of tanh still takes size away at every step back. How could the states be kept smaller?":
            (dict(gain=1.0, input_scale=0.5), lambda q: True),
    },
    praise="Right: with small states tanh is nearly a straight line, its slope stays near 1, and the weights take "
           "nothing away.",
    stub="long_memory = dict(gain=..., input_scale=...)",
)
def long_memory():
    r"""Small inputs keep the states near zero, where the slope of tanh is nearly 1, and an orthogonal $W_h$ of gain 1
    takes nothing away. *Nearly* is all there is: even with the smallest inputs the slopes take most of the error signal
    away within 30 steps."""
    found = dict(gain=1.0, input_scale=0.1)
    error = 10 ** live.load("bptt_lags").run(**found)["error"]
    print(f"error signal {error[0]:.2f} at lag 0, {error[30]:.2f} at 30")
    return found

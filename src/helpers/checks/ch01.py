"""Exercises of chapter 01: the recurrent neural network."""

import numpy as np

from live_figures.exercises import choice, compare, function, number, values

from .. import live
from ..cells import RNNParams, log_softmax, softmax
from ..params import rnn_params
from ..sequence import rnn

__all__ = ["apart", "first_loss", "forward", "lag_matrix", "latch", "parameters", "patterns", "perplexity", "sample",
           "sequence_loss", "smallest_w", "without_w"]

_ROUNDED = 1e-6  # numbers that passed through single precision are right answers too


@number(
    title="Count", difficulty=1, minutes=3,
    question="A character model has 96 inputs, 128 hidden units and 96 outputs, with one bias for the state and one "
             "for the output. It is trained on texts of 1000 characters. How many numbers does it learn?",
    hints=("Write the shapes of $U$, $W$ and $V$ next to each other, then add the two biases.",
           "Which of these shapes knows the length of the text?"),
    answer=41_184,
    mistakes={"These are the three matrices. Both biases are missing.": 40_960,
              "The bias of the output is missing.": 41_088,
              "The bias of the state is missing.": 41_056,
              "W, from state to state, is missing: it has 128 · 128 entries.": 24_800,
              "That is the cell alone. The output has weights and a bias too.": 28_800,
              "That counts two biases for the state, as torch keeps them. Here it is one.": 41_312,
              "The weights are shared: each step uses the same ones, so the length does not count.": 41_184_000},
    praise="Right: 96·128 + 128·128 + 128 for the state, 128·96 + 96 for the output, and the 1000 changes nothing.",
    nudge="Count the entries of U, W and V, then the two biases.",
)
def parameters():
    r"""The state takes $96 \cdot 128 + 128 \cdot 128 + 128$ numbers, the output $128 \cdot 96 + 96$. The length does
    not enter."""
    D, H, O = 96, 128, 96
    return D * H + H * H + H + H * O + O


@choice(
    title="Without the loop", difficulty=1, minutes=2,
    question="In $s_t = \\tanh(U x_t + W s_{t-1})$, $o_t = V s_t$, we set $W = 0$. On which inputs does the output "
             "$o_t$ still depend?",
    hints=("Delete from the unfolded network every arrow with the letter $W$, and follow what is left.",
           "The figure `unroll` can settle it: set $W = 0$ and move the pulse."),
    choices={
        "current": ("the current one, xₜ", "Right: xₜ enters sₜ through U, and V carries sₜ to the output. Only the "
                    "past is gone."),
        "before": ("the one before, xₜ₋₁",
                   "Not that: with W = 0 nothing of sₜ₋₁, and so nothing of the input before, reaches sₜ."),
        "all": ("all so far", "Not that: earlier inputs travel through W, and W is 0."),
        "none": ("none", "Not that: follow the arrow U from xₜ into sₜ, then V from sₜ into oₜ."),
    },
    answer="current",
)
def without_w():
    r"""With $W = 0$ we are left with $o_t = V \tanh(U x_t)$: an ordinary layer, applied to each step on its own."""
    params = rnn_params(2, 4, seed=0)
    x = np.random.default_rng(0).normal(size=(6, 1, 2))
    no_loop = params._replace(W_h=np.zeros((4, 4)))
    layer = np.tanh(x @ params.W_x + params.b)
    print("equal to a plain layer:", np.allclose(rnn(no_loop, x).h, layer))
    return "current"


@number(
    title="Knowing nothing", difficulty=1, minutes=2,
    question="Where does the curve of the character model start, before any training? A model that knows nothing "
             "gives each of the 96 characters the same probability. What does it pay for a character, in bits?",
    hints=("The cross-entropy of one character is $-\\log_2$ of the probability that the model gave it.",),
    answer=float(np.log2(96)), unit="bits",
    mistakes={"That is in nats. One bit is ln 2 = 0.69 nats.": float(np.log(96)),
              "That is with the logarithm to base 10. Bits take the one to base 2.": float(np.log10(96)),
              "That is the number of characters. How many bits does it take to name one of them?": 96,
              "That is the probability of the right character. What it costs is −log₂ of that.": 1 / 96,
              "A loss is not negative: it is minus the logarithm of a probability.": -float(np.log2(96)),
              "7 bits would be the price among 128 characters.": 7},
    praise="Right: −log₂(1/96) = log₂ 96.",
    nudge="The cross-entropy of one character is −log₂ of the probability that the model gave it.",
)
def first_loss():
    r"""Scores that are all the same give every character $1/96$, and $-\log_2 (1/96) = \log_2 96$. The network of this
    chapter starts close to it."""
    p = softmax(np.zeros(96))
    return -np.log2(p[0])


@number(
    title="Perplexity", difficulty=1, minutes=2,
    question="A model of characters has a loss of 2.5 bits on a held-out text. Among how many equally likely "
             "characters would a choice be as uncertain? This number is its perplexity.",
    hints=("Among how many would a loss of 1 bit choose, and of 2 bits?",),
    answer=2.0**2.5,
    mistakes={"That is e to the loss, which is right for a loss in nats. This one is in bits.": float(np.exp(2.5)),
              "That is the loss squared. Each bit doubles the number of choices.": 6.25,
              "That is twice the loss. Each bit doubles the number of choices, so the loss is an exponent.": 5.0,
              "That is the probability that the right character gets: turn it over.": 2.0**-2.5,
              "That is the loss itself, in bits. How many choices does it stand for?": 2.5},
    praise="Right: 2 to the power 2.5.",
    nudge="One bit is a choice between 2, two bits among 4, three among 8.",
)
def perplexity():
    r"""A choice among $n$ equally likely characters costs $\log_2 n$ bits, so $n = 2^{2.5}$."""
    return 2**2.5


@choice(
    title="Apart", difficulty=2, minutes=4,
    question="Two copies of a network start from different states and then read the same text. A thousand characters "
             "later their states are as far apart as at the start. What follows?",
    hints=("The chapter measured two things for gains of 1.6 and 2.5. One of them is the distance.",
           "In a chaotic network, how far apart are two states after a thousand steps if they started almost equal?"),
    choices={
        "remembers": ("The network remembers where it started.",
                      "Not that: at a gain of 2.5 the states stay apart too, and a reader that was to name the start "
                      "ended at chance."),
        "unstable": ("Some of its weights have become infinite.",
                     "Not that: tanh keeps every state between −1 and 1, however large the finite weights."),
        "open": ("Not yet anything about memory: one has to try to read the start from the states.",
                 "Right: distance alone does not tell a memory from chaos."),
        "forgets": ("The network has forgotten where it started.",
                    "Not that: the unit with W = 1.5 keeps two states apart, one for each sign, and from them the sign "
                    "can be read."),
    },
    answer="open",
)
def apart():
    """Both are possible, and the distance is the same in both. One unit with W = 1.5 keeps the sign of its start for
    good. A network with a gain of 2.5 keeps its states apart as well, but mixes them until a linear reader is left
    guessing."""
    from helpers.cells import RNNParams

    x = np.zeros((1000, 2, 1))
    states = rnn(RNNParams(np.zeros((1, 1)), np.full((1, 1), 1.5), np.zeros(1)), x, h0=[[0.1], [-0.2]]).h
    print("after 1000 steps:", states[-1].ravel().round(2))
    return "open"


_NAMES = ("one-to-one", "one-to-many", "many-to-one", "many-to-many equal", "many-to-many unequal")
_IMAGE, _CAPTION, _SENTIMENT = "the class of one image", "a caption for an image", "the sentiment of a review"
_FILM, _TRANSLATION = "a label for every frame of a film", "a French sentence for an English one"
_PATTERNS = {_IMAGE: "one-to-one", _CAPTION: "one-to-many", _SENTIMENT: "many-to-one", _FILM: "many-to-many equal",
             _TRANSLATION: "many-to-many unequal"}


def _given(application, *names):
    """A condition on an answer: `application` was given one of these patterns, or, without names, a wrong one."""
    return lambda q: q[application] in names if names else q[application] != _PATTERNS[application]


@values(
    title="Which pattern?", difficulty=1, minutes=3,
    question="Give each application its pattern: `one-to-one`, `one-to-many`, `many-to-one`, `many-to-many equal` or "
             "`many-to-many unequal`.",
    hints=("How many things go in? How many come out? Does the first output have to wait for the last input?",),
    fields=dict.fromkeys(_PATTERNS, _NAMES),
    met=lambda q: all(q[application] == name for application, name in _PATTERNS.items()),
    mistakes={
        "An image and its caption: what goes in is named first.":
            (_PATTERNS | {_CAPTION: "many-to-one"}, _given(_CAPTION, "many-to-one")),
        "A review and its sentiment: what goes in is named first.":
            (_PATTERNS | {_SENTIMENT: "one-to-many"}, _given(_SENTIMENT, "one-to-many")),
        "One label for a whole film is another task. Here every frame gets its own.":
            (_PATTERNS | {_FILM: "many-to-one"}, _given(_FILM, "many-to-one")),
        "Frames and labels of a film: is the one list ever longer than the other?":
            (_PATTERNS | {_FILM: "many-to-many unequal"}, _given(_FILM)),
        "A translation may have more words than the sentence, or fewer, and its first word may depend on the last one "
        "read.": (_PATTERNS | {_TRANSLATION: "many-to-many equal"}, _given(_TRANSLATION, "many-to-many equal")),
        "A sentence is a sequence of words, and so is its translation.":
            (_PATTERNS | {_TRANSLATION: "one-to-one"}, _given(_TRANSLATION)),
        "An image comes in at once, not one piece after another, and it gets a single class.":
            (_PATTERNS | {_IMAGE: "many-to-one"}, _given(_IMAGE)),
        "A caption: one image goes in. How many words come out?":
            (_PATTERNS | {_CAPTION: "one-to-one"}, _given(_CAPTION)),
        "The sentiment of a review: many words go in. How many sentiments come out?":
            (_PATTERNS | {_SENTIMENT: "many-to-many equal"}, _given(_SENTIMENT)),
    },
    praise="Right, all five.",
    stub="\n".join(["patterns = {", *(f'    "{application}": ...,' for application in _PATTERNS), "}"]),
)
def patterns():
    """A caption starts from one image and goes on word by word. A film gets the label of each frame as it comes. A
    translation may have more or fewer words than the sentence, and its first word may depend on the last one read."""
    return {
        "the class of one image": "one-to-one",
        "a caption for an image": "one-to-many",
        "the sentiment of a review": "many-to-one",
        "a label for every frame of a film": "many-to-many equal",
        "a French sentence for an English one": "many-to-many unequal",
    }


def _networks(rng):
    """Weights and inputs: a batch of one and of more, a single step, saturated states, biases that are not zero."""
    for T, B, D, H, scale in [(7, 2, 3, 4, 1.0), (1, 3, 2, 5, 1.0), (5, 1, 4, 2, 1.0), (6, 4, 1, 3, 20.0)]:
        yield rng.normal(size=(D, H)), rng.normal(size=(H, H)), rng.normal(size=H), scale * rng.normal(size=(T, B, D))


@function(
    title="The loop, from scratch", difficulty=2, minutes=8,
    question="Write `forward(W_x, W_h, b, x)`: all states, shape (T, B, H), of a tanh RNN on `x` of shape (T, B, D), "
             "from a state of zeros. Use NumPy alone.",
    hints=("Keep the state in a variable and go through `x` step by step.",
           "Put each new state into a list, and `np.stack` the list."),
    cases=_networks,
    reference=lambda W_x, W_h, b, x: rnn(RNNParams(W_x, W_h, b), x).h,
    returns=("the array of states",), tolerance=_ROUNDED,
    mistakes={
        "W_h is transposed. With states in rows it is h @ W_h.": ("h @ W_h", "h @ W_h.T"),
        "These are the states before each step, so they begin with zeros. Keep the new one of each step.":
            ("h = np.tanh(x_t @ W_x + h @ W_h + b)\n        states.append(h)",
             "states.append(h)\n        h = np.tanh(x_t @ W_x + h @ W_h + b)"),
        "This is the last state alone. Collect those of all steps.": ("np.stack(states)", "h"),
        "The old state does not enter: h @ W_h is missing.": (" + h @ W_h", ""),
        "The bias is missing.": (" + b", ""),
        "The first state, of zeros, is in the list too. There are as many states as inputs.":
            ("np.stack(states)", "np.stack([0 * h, *states])"),
        "The states are stacked along the wrong axis: time comes first, then the batch.":
            ("np.stack(states)", "np.stack(states, axis=1)"),
        "This is a sigmoid. The units are tanh.":
            ("np.tanh(x_t @ W_x + h @ W_h + b)", "1 / (1 + np.exp(-(x_t @ W_x + h @ W_h + b)))"),
        "There is no tanh around the sum.": ("np.tanh", ""),
        "This is a ReLU. The units are tanh.":
            ("np.tanh(x_t @ W_x + h @ W_h + b)", "np.maximum(x_t @ W_x + h @ W_h + b, 0)"),
        "The bias is added twice. torch has two of them, but here there is one.": (" + b)", " + 2 * b)"),
        "The tanh is applied twice: the old state is squashed already.": ("h @ W_h", "np.tanh(h) @ W_h"),
        "The sequence is read from its end.": ("for x_t in x:", "for x_t in x[::-1]:"),
    },
    praise="Right: every state agrees, for four networks.",
    nudge="Each state enters the next step; return all of them, stacked along time.",
)
def forward(W_x, W_h, b, x):
    h, states = np.zeros((x.shape[1], W_h.shape[0])), []
    for x_t in x:
        h = np.tanh(x_t @ W_x + h @ W_h + b)
        states.append(h)
    return np.stack(states)


def _linear_networks(rng):
    for D, H, O, k in [(3, 4, 2, 0), (3, 4, 2, 1), (2, 5, 3, 2), (1, 3, 1, 5), (4, 2, 5, 3)]:
        yield rng.normal(size=(D, H)), rng.normal(size=(H, H)), rng.normal(size=(H, O)), k


def _pulse(W_x, W_h, W_y, k):
    """The reference, by experiment: a pulse in one input of each of D sequences, and the output k steps later."""
    D, H = W_x.shape
    x = np.concatenate([np.eye(D)[None], np.zeros((k, D, D))])
    return rnn(RNNParams(W_x, W_h, np.zeros(H)), x, activation="linear").h[-1] @ W_y


@function(
    title="What an input of k steps ago is worth", difficulty=2, minutes=10,
    question=r"""
        Take the unfolded network with $f$ and $g$ the identity:
        $o_t = V\,(U x_t + W\,(U x_{t-1} + W\,(U x_{t-2} + \cdots)))$. Derive the matrix by which $x_{t-k}$ enters
        $o_t$, and write it as `lag_matrix(W_x, W_h, W_y, k)` for row vectors, of shape (inputs, outputs). It is
        compared with a pulse sent through the network.
        """,
    hints=("Do $k = 0$ and $k = 1$ on paper. With columns, $o_t$ contains $V U x_t$ and $V W U x_{t-1}$.",
           "Row vectors turn the order around.",
           "`np.linalg.matrix_power` is not the same as `**`."),
    cases=_linear_networks,
    reference=_pulse,
    returns=("the matrix",), tolerance=_ROUNDED,
    mistakes={
        "W_h**k takes the power of each entry. The power of a matrix multiplies it by itself.":
            ("np.linalg.matrix_power(W_h, k)", "W_h**k"),
        "That is one power too many: x_t itself, at k = 0, does not go through W_h at all.": ("W_h, k)", "W_h, k + 1)"),
        "That is one power too few: x_(t−1) goes through W_h once.":
            lambda W_x, W_h, W_y, k: W_x @ np.linalg.matrix_power(W_h, max(k - 1, 0)) @ W_y,
        "k times W_h is a sum. Each step multiplies by W_h once more.":
            ("np.linalg.matrix_power(W_h, k)", "(k * W_h)"),
        "W_h is transposed. Row vectors are multiplied by W_h from the right.": ("W_h, k)", "W_h.T, k)"),
        "This ends at the state. W_y leads from there to the output.": (" @ W_y", ""),
        "This begins at the state. W_x leads there from the input.": ("W_x @ ", ""),
        "There is no minus in the formula.": ("return W_x", "return -W_x"),
        "This is the matrix for columns. Row vectors need its transpose, of shape (inputs, outputs).":
            ("return W_x @ np.linalg.matrix_power(W_h, k) @ W_y",
             "return (W_x @ np.linalg.matrix_power(W_h, k) @ W_y).T"),
        "This is the sum over all lags from 0 to k. Only the input of k steps ago is asked for.":
            lambda W_x, W_h, W_y, k: sum(W_x @ np.linalg.matrix_power(W_h, j) @ W_y for j in range(k + 1)),
    },
    praise="Right: it agrees with a pulse sent through five linear networks.",
    nudge="Write out o_t for k = 0, 1, 2: what stands between W_x and W_y?",
)
def lag_matrix(W_x, W_h, W_y, k):
    r"""Without $f$ the brackets open: $o_t = \sum_{k} V W^k U x_{t-k}$.

    After $k$ steps an input is multiplied by $W^k$, which shrinks or grows like a power: that is the reason why a long
    memory is difficult. With $\tanh$ there are slopes in between, as chapters 02 and 03 show.
    """
    return W_x @ np.linalg.matrix_power(W_h, k) @ W_y


def _texts(rng):
    """Scores and targets: easy ones, all near 1000, steps far from each other, and rows with a wide spread.

    All scores are multiples of 1/64, which float32 holds exactly near 1000 too.
    """
    rows = np.array([[0.0], [-2000.0], [1500.0]])
    for scores, offset in [(rng.normal(size=(6, 5)), 0.0), (rng.normal(size=(1, 3)), 0.0),
                           (rng.normal(size=(4, 7)), 1000.0), (rng.normal(size=(3, 4)), rows)]:
        steps, size = scores.shape
        yield np.round(128 * scores) / 64 + offset, rng.integers(size, size=steps)
    yield np.array([[0.0, 900.0], [40.0, 0.0], [0.5, 0.25]]), np.array([0, 1, 1])
    yield np.array([[0.0, 1.0, 2000.0, 0.0, 0.5], [1.0, 0.0, 0.0, 0.25, 0.5]]), np.array([2, 0])


def _picked(log_p, targets):
    return -log_p[np.arange(len(targets)), targets].sum()


def _shifted_by(scores, targets, level):
    """The loss with `level` taken from all scores, which is right as long as nothing overflows or vanishes."""
    shifted = scores - level
    return _picked(shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True)), targets)


@function(
    title="The loss of a sequence", difficulty=2, minutes=8,
    question=r"""
        Write `sequence_loss(scores, targets)`: the cross-entropy $E = -\sum_t \log y_{t,\,\text{right}}$ in nats, where
        $y_t$ is the softmax of the scores at step $t$; `scores` has shape (T, V), the integer `targets` (T,). It must
        survive scores near 1000, and probabilities too small for a float.
        """,
    hints=("Subtracting the same number from all scores of a step changes no probability. Which number keeps `exp` "
           "small?",
           r"$\log y_{t,j} = a^y_{t,j} - \log \sum_i e^{a^y_{t,i}}$: no probability needs to be computed."),
    cases=_texts,
    reference=lambda scores, targets: _picked(log_softmax(scores), targets),
    returns=("the loss",), tolerance=_ROUNDED,
    mistakes={
        "That is the mean over the steps. The loss of a sequence is their sum.": ("targets].sum", "targets].mean"),
        "That is in bits. With the natural logarithm it is in nats.":
            lambda scores, targets: _picked(log_softmax(scores), targets) / np.log(2),
        "The minus is missing.": ("return -", "return "),
        "These are the scores of the targets. Their softmax is missing.":
            lambda scores, targets: _picked(scores, targets),
        "That adds up all characters. Only the probability of the right one counts.":
            lambda scores, targets: -log_softmax(scores).sum(),
        "exp of a large score overflows. Subtract the largest score of each step first.":
            lambda scores, targets: _shifted_by(scores, targets, 0.0),
        "exp of a large score overflows, and infinity divided by infinity is NaN. Subtract the largest score of each "
        "step first.":
            lambda scores, targets: _picked(np.log(np.exp(scores) / np.exp(scores).sum(1, keepdims=True)), targets),
        "Here every character has the same probability, as if all scores were 0. Are the scores overwritten before "
        "they are used?": lambda scores, targets: len(targets) * np.log(scores.shape[1]),
        "The softmax of a step goes over its characters, axis 1. Here it goes over the steps.":
            lambda scores, targets: _picked(log_softmax(scores.T).T, targets),
        "That is what the likeliest characters would cost. The targets are asked for.":
            lambda scores, targets: -log_softmax(scores).max(axis=1).sum(),
        "That is one loss for each step. The loss of the sequence is their sum.": ("targets].sum()", "targets]"),
        "One maximum for all steps is not enough: in a step with much lower scores every exp becomes 0. Take the "
        "largest score of each step.": ("scores.max(axis=1, keepdims=True)", "scores.max()"),
        "The mean of a step does not protect from overflow: its largest score may stand far above it.":
            ("scores.max(axis=1", "scores.mean(axis=1"),
        "A probability that is too small for a float became 0, and its logarithm infinite. Take the logarithm on "
        "paper first: the score minus the logarithm of the sum.":
            lambda scores, targets: _picked(np.log(softmax(scores)), targets),
        "A smallest probability, added inside the logarithm or enforced, hides how unlikely a target was. Take the "
        "logarithm on paper first: the score minus the logarithm of the sum.":
            lambda scores, targets: _picked(np.log(softmax(scores) + 1e-12), targets),
    },
    praise="Right, and it neither overflows nor loses small probabilities.",
    nudge="Take −log of the softmax at each target, then the sum over the steps.",
)
def sequence_loss(scores, targets):
    """The largest score of each step is subtracted first, so that no `exp` exceeds 1. The logarithm is taken of the
    sum, not of a probability, so that none can be too small."""
    shifted = scores - scores.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -log_p[np.arange(len(targets)), targets].sum()


_LAST_U = np.nextafter(1.0, 0.0)  # the largest number that a random generator for [0, 1) can give


def _distributions(rng):
    """Scores, temperatures, and 400 numbers between 0 and 1 that stand in for random ones, so that frequencies are
    exact; in the last case the running sum ends, by rounding, below the largest of them."""
    u = (np.arange(400) + 0.5) / 400
    for size, temperature in ((4, 1.0), (3, 0.5), (5, 3.0), (2, 1.5)):
        yield 1.5 * rng.normal(size=size), temperature, u
    short = (scores for scores in rng.normal(size=(1000, 6)) if np.cumsum(softmax(scores / 0.5))[-1] < _LAST_U)
    yield next(short), 0.5, np.append(u, _LAST_U)


def _frequencies(sample, scores, temperature, us):
    """How often each index comes, and how many draws gave none."""
    drawn = []
    for u in us:
        index = sample(scores, temperature, u)
        compare("the index", index, 0.0, tolerance=np.inf)  # one number, whichever
        drawn.append(index)
    drawn = np.array(drawn, dtype=np.float64).reshape(len(us), 1)
    counts = (drawn == np.arange(len(scores))).sum(axis=0)
    return counts / len(us), int(len(us) - counts.sum())


@function(
    title="Draw a character", difficulty=2, minutes=8,
    question=r"""
        Write `sample(scores, temperature, u)`: an index $j$, drawn with the probability
        $p_j = e^{a_j / \tau} / \sum_i e^{a_i / \tau}$ of the scores $a_j$, with the help of one random
        number `u`, at least 0 and below 1. The checker calls it with hundreds of values of `u` and counts what comes
        out.
        """,
    hints=("Lay the probabilities end to end on a line of length 1. In which piece does `u` fall?",
           "`np.cumsum` gives the ends of the pieces, `np.searchsorted` finds a place among them.",
           "Rounding may leave the last end a little below 1. What happens if `u` falls behind it?"),
    cases=_distributions,
    measure=_frequencies,
    returns=("how often each index comes", "the number of draws that are no index from 0 to V − 1"),
    tolerance=0.03,
    mistakes={
        "This always gives the likeliest index. Less likely ones should come too, only less often.":
            lambda scores, temperature, u: int(np.argmax(scores)),
        "The temperature does not change anything here: divide the scores by it before the softmax.":
            ("scores / temperature", "scores"),
        "The scores are multiplied by the temperature. Divide by it.": ("scores / temperature", "scores * temperature"),
        "The probabilities are divided by the temperature. Divide the scores, before the softmax.":
            ("softmax(scores / temperature)", "softmax(scores) / temperature"),
        "The signs are turned: the higher its score, the likelier an index.":
            ("softmax(scores / temperature)", "softmax(-scores / temperature)"),
        "The scores are divided by the temperature twice.": ("scores / temperature", "scores / temperature**2"),
        "This gives every index the same chance.": lambda scores, temperature, u: int(u * len(scores)),
        "Compare u with the running sum of the probabilities, not with the probabilities themselves.":
            lambda scores, temperature, u: int(np.argmax(softmax(scores / temperature) > u)),
        "The probability nearest to u is not the piece in which u falls. Lay them end to end.":
            lambda scores, temperature, u: int(np.argmin(np.abs(softmax(scores / temperature) - u))),
        "exp of the scores is not yet a probability: the line has to end at 1.": ("softmax(", "np.exp("),
        "Nearly: rounding may leave the last end a little below 1, and a u behind it then gets an index that does not "
        "exist.": ("ends[:-1]", "ends"),
        "The index is one too small: count the ends that u has passed.": ("u))", "u)) - 1"),
    },
    praise="Right: every index comes as often as the softmax says, in five distributions.",
    nudge="Divide the scores by the temperature, take the softmax, and find where its running sum passes u.",
)
def sample(scores, temperature, u):
    """The index is the number of ends that `u` has passed. The last end is left out: it is 1 but for rounding, and
    whatever lies behind the others belongs to the last index."""
    ends = np.cumsum(softmax(scores / temperature))
    return int(np.searchsorted(ends[:-1], u))


@number(
    title="The smallest loop that holds", difficulty=2, minutes=5,
    question="Experiment. Meet the two challenges of the figure `unroll`. Then reset it and move $W$ alone. What is "
             "the smallest positive $W$ on the slider for which the state at step 30 is 0.5 or more?",
    hints=("The state settles where $s = \\tanh(W s)$. For $W \\le 1$ the only such place is 0.",
           "Start at $W = 1$ and go up one step of the slider at a time; the line with the numbers gives the state."),
    answer=1.1,
    mistakes={"At W = 1 the state still sinks, slowly: it ends at 0.217.": 1,
              "One step too low: there the state ends at 0.379.": 1.05,
              "There it is 0.592, but one step lower is enough too.": 1.15,
              "That holds the state, but much less is enough.": 1.5,
              "That is where the state would settle at 0.5 exactly. Which is the next value on the slider?":
                  float(np.arctanh(0.5) / 0.5)},
    praise="Right: there the state settles just above 0.5, where s = tanh(1.1 s).",
    nudge="Start at W = 1 and go up one step of the slider at a time; the line with the numbers gives the state.",
)
def smallest_w():
    r"""Exactly, the state settles at 0.5 for $W = \operatorname{artanh}(0.5) / 0.5 \approx 1.0986$; the slider's next
    value is the answer. For the challenges: $U = 2$ and $W = 1.5$ hold a pulse of 0.3, and $W = -1.5$ changes the sign
    at every step."""
    figure = live.load("unroll")
    for W in (1.0, 1.05, 1.1, 1.15):
        print(f"W = {W:.2f}: it ends at {figure.run(W=W)['last']:.3f}")
    return 1.1


_PULSES = np.array([1, -1, -1, 1, -1])


def _memory(w_x, w_h, b):
    """What one tanh unit does with five pulses, 50 steps apart; a state of the right sign counts as positive."""
    x = np.zeros((5, 50, 1, 1))
    x[:, 0, 0, 0] = _PULSES
    h = rnn(RNNParams(np.array([[w_x]]), np.array([[w_h]]), np.array([b])), x.reshape(250, 1, 1)).h
    shown = h.reshape(5, 50) * _PULSES[:, None] >= 0.5
    lasts = shown.all(axis=1)
    return {"turned": shown[:, 0].all(), "after": int(shown.cumprod(axis=1).sum(axis=1).min()),
            "plus": lasts[_PULSES > 0].all(), "minus": lasts[_PULSES < 0].all()}


@values(
    title="One bit, kept and overwritten", difficulty=3, minutes=10,
    question="Choose the three numbers `w_x`, `w_h` and `b` of a network of one tanh unit. It gets a pulse of +1 or −1 "
             "every 50 steps, and 0 in between. At every step the state must be at least 0.5 in size and have the "
             "sign of the last pulse.",
    hints=("You know from the figure `unroll` which $W$ keeps a state.",
           "A pulse of the other sign has to turn the state over in a single step. How large must $w_x$ be, compared "
           "with $w_h$ times the old state?"),
    fields={"w_x": None, "w_h": None, "b": None},
    measure=_memory,
    met=lambda q: q["plus"] and q["minus"],
    mistakes={
        "A pulse of +1 should make the state positive, and w_x is not.": (dict(w_x=-4.0, w_h=2.0, b=0.0),
                                                                          lambda q: q["w_x"] <= 0),
        "A negative w_h drives the state towards the other sign at every step.": (dict(w_x=4.0, w_h=-2.0, b=0.0),
                                                                          lambda q: q["w_h"] < 0),
        "At a pulse the state does not show its sign at once by 0.5 or more. The pulse has to overcome what the loop "
        "brings from before, w_h times the old state, and the bias.":
            (dict(w_x=0.3, w_h=2.0, b=0.0), lambda q: not q["turned"]),
        "Pulses of one sign are kept, those of the other are lost. What drives the state while the input is 0?":
            (dict(w_x=4.0, w_h=2.0, b=0.8), lambda q: q["plus"] != q["minus"]),
        "The state fades: it is 0.5 or more for only {after} of the 50 steps after a pulse. The loop is too weak.":
            (dict(w_x=4.0, w_h=0.9, b=0.0), lambda q: True),
    },
    praise="Right: five pulses, each remembered for 50 steps and then overwritten by the next.",
    stub="latch = dict(w_x=..., w_h=..., b=...)",
)
def latch():
    r"""With $w_h = 2$ the state rests at ±0.96, where $s = \tanh(2 s)$. To turn it over in one step,
    $\tanh(w_h s - w_x)$ must be −0.5 or less for $s = 0.96$, so $w_x$ must be at least $2 \cdot 0.96 + 0.55 = 2.47$.
    We take 4.

    This unit is a memory of one bit with a write signal. What it lacks is a way to *ignore* an input: every pulse
    writes. Chapter 04 adds that way, and calls it a gate.
    """
    return dict(w_x=4.0, w_h=2.0, b=0.0)

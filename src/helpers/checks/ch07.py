"""Exercises of chapter 07: what attention weighs, what it must not weigh, and how an answer is searched for."""

import numpy as np

from live_figures.exercises import choice, controls, function, number, values

from .. import live
from ..attention import additive_scores, attend, attention_weights
from ..cells import GRUParams, gru_step, softmax

__all__ = ["bahdanau_step", "beam", "causal", "greedy_loses", "masked_context", "padding_share", "path",
           "past_the_training", "score_gradient", "torn", "which_axis", "which_query"]


@number(
    title="The weight of nothing", difficulty=1, minutes=3,
    question=r"""
        A text of 4 characters stands in a batch that is padded to length 12, and nobody masks anything. The padded
        states are zero, so that with a dot product their scores are 0. Each of the 4 real characters has the score
        $\ln 3 \approx 1.1$. What share of all the weight lies on the padding?
        """,
    hints=(r"A softmax takes $e$ to the power of each score. What is $e^0$, and what is $e^{\ln 3}$?",
           "Add up the 12 terms, and ask what share of the sum the padded ones have."),
    answer=0.4,
    mistakes={
        "A score of 0 is not a weight of 0: e to the power 0 is 1.": 0.0,
        "That would be so if all scores were equal: 8 places of 12.": 2 / 3,
        "That is the share of the real characters.": 0.6,
        "That is the weight of one padded place. There are 8 of them.": 0.05,
        "The scores themselves are not the terms of the sum: take e to the power of each.": 0.64546,
    },
    praise="Right: 8 · 1 against 4 · 3. Two fifths of the context are padding.",
    nudge="Eight terms are 1 and four are 3. What share of their sum is padding?",
)
def padding_share():
    r"""The padded places add $8 \cdot e^0 = 8$ to the sum, the real ones $4 \cdot 3 = 12$: $8 / 20 = 0.4$."""
    from helpers.cells import softmax

    scores = np.array([np.log(3)] * 4 + [0.0] * 8)
    return softmax(scores)[4:].sum()


@number(
    title="How long is the way back?", difficulty=2, minutes=4,
    question=r"""
        An encoder has read 30 symbols. Its last state $h_{30}$ becomes the first state $s_0$ of the decoder, and that
        is all the decoder ever gets of the source. How many recurrent steps, from one state to the next, lie between
        $h_7$ and $s_4$?
        """,
    hints=("Count the steps inside the encoder and those inside the decoder. Handing the state over is none.",),
    answer=27, unit="steps",
    mistakes={
        "Those are the steps of the encoder alone. The decoder has to walk too.": 23,
        "Those are the steps of the decoder alone.": 4,
        "One too many: handing the state over is no step, and from state 7 to state 30 there are 30 − 7.": 28,
        "One too many for the encoder, which takes 30 − 7 steps, and the decoder has to walk too.": 24,
        "That is the whole way from before the first symbol: it starts at state 7 here.": 34,
        "That would be so with attention, where the state is read directly.": 0,
    },
    praise="Right: 23 in the encoder and 4 in the decoder. With attention, a way without any recurrent step appears: "
           "from the encoder's state into the context, and from there into the decoder's.",
    nudge="From state 7 to state 30, then from the decoder's state 0 to its state 4.",
)
def path():
    r"""$30 - 7 = 23$ steps in the encoder and 4 in the decoder. If $c$ also enters every step of the decoder, as in the
    network of Cho et al. (2014), the shortest way has 23; with attention it has none."""
    return (30 - 7) + 4


@choice(
    title="What is known when the decoder looks?", difficulty=1, minutes=2,
    question=r"In the decoder of Bahdanau, Cho and Bengio, which vector is the query that decides the weights "
             r"$\alpha_{ij}$ of step $i$?",
    hints=("The context of step $i$ is needed to compute $s_i$. What is there before?",),
    choices={
        "before": ("The decoder's state before the step.",
                   "Right: the context goes into the step, so the query has to be there before it."),
        "after": ("The decoder's state after the step.",
                  "Not here: that state is computed with the context of this very step. It is the query in the order "
                  "of Luong, Pham and Manning, where the context comes after the step."),
        "target": ("The symbol that is to be written.",
                   "Not that: it is what the decoder is about to find out. Only in training would it be known, and "
                   "there it would give the answer away."),
        "last": ("The encoder's last state.",
                 "Not that: it is the same at every step, and so would the weights be."),
    },
    answer="before",
)
def which_query():
    """The context of step i enters the step, so only what is there before it can ask: the state of step i − 1."""


def _sources(rng):
    """Scores, values, lengths: a batch of one and of more, full and short texts, padding that scores high, large
    scores of both signs: a text that scores −150 needs more than a penalty of −100 on its padding."""
    for S, H, lengths, scale in ((6, 2, [6, 4, 1], 1.0), (5, 2, [3], 2.0), (4, 4, [4, 4], 1.0), (7, 1, [2, 7, 5], 3.0)):
        B = len(lengths)
        yield scale * rng.normal(size=(S, B)), 1 + rng.normal(size=(S, B, H)), np.array(lengths)
    large = np.array([[900.0, -900.0, -150.0], [899.0, -901.0, -151.0], [2.0, -3.0, 2.0]])
    yield large, rng.normal(size=(3, 3, 2)), np.array([2, 3, 2])


@function(
    title="A context without padding", difficulty=1, minutes=6,
    question="Write the context (B, H) of a padded batch: `scores` (S, B), `values` (S, B, H) and the true `lengths` "
             "(B,). Padding gets no weight at all, and the weights of each text add up to 1. Scores of 900 must not "
             "overflow.",
    hints=("`np.arange(S)[:, None] < lengths` is true on the real symbols, shape (S, B).",
           r"$e^{-\infty} = 0$: give the padding that score before the softmax over the source, axis 0. "
           "`helpers.cells.softmax` subtracts the largest score first."),
    stub="from helpers.cells import softmax\n\n\ndef masked_context(scores, values, lengths):\n    ...",
    cases=_sources,
    returns=("the context (B, H)",),
    tolerance=1e-6,
    mistakes={
        "The padding has weight: nothing is masked.": ("np.where(real, scores, -np.inf)", "scores"),
        "A score of 0 is not a weight of 0. What score has the weight 0?":
            ("np.where(real, scores, -np.inf)", "np.where(real, scores, 0.0)"),
        "Masked after the softmax, the weights of the real symbols no longer add up to 1.":
            ("np.where(real, scores, -np.inf), axis=0)", "scores, axis=0) * real"),
        "The softmax runs over the batch. It has to run over the source, the first axis.":
            lambda scores, values, lengths: attend(
                _over_batch(scores, np.arange(len(scores))[:, None] < lengths), values),
        "That is the plain mean over the real symbols: the scores are not used.":
            lambda scores, values, lengths: attend(
                (np.arange(len(scores))[:, None] < lengths) / lengths, values),
        "The mask is one symbol too long.": ("< lengths", "<= lengths"),
        "The mask is one symbol too short.": ("< lengths", "< np.maximum(lengths - 1, 1)"),
    },
    praise="Right: what stands on the padding no longer matters.",
    nudge="Minus infinity on the padding, a softmax over the first axis, and a weighted sum over it.",
)
def masked_context(scores, values, lengths):
    """The padding gets the score −∞, whose exponential is 0. The softmax then shares the weight among real symbols."""
    real = np.arange(len(scores))[:, None] < lengths
    weights = softmax(np.where(real, scores, -np.inf), axis=0)
    return (weights[..., None] * values).sum(axis=0)


def _over_batch(scores, real):
    """Weights by a softmax over the texts of the batch, the mistake; 0 where no text is real."""
    e = np.exp(scores - scores.max(axis=1, keepdims=True)) * real
    return e / np.maximum(e.sum(axis=1, keepdims=True), 1e-30)


def _queries(rng):
    for S, B, H in ((5, 3, 4), (3, 1, 2), (1, 2, 3), (6, 2, 1)):
        yield rng.normal(size=(B, H)), rng.normal(size=(S, B, H))


@function(
    title="Find the bug: every weight is 1", difficulty=1, minutes=5,
    question="The function `looks_back` above runs, and all its shapes are right. But run one text alone, and each of "
             "its weights is 1; run two, and what a text gets depends on the other one. Find the mistake, and write "
             "the function as it should be: `query` (B, H) and `keys` (S, B, H) in, the context (B, H) out.",
    hints=("Which axis does `softmax` take if it is told none? What stands there in `scores` (S, B)?",),
    stub="def which_axis(query, keys):\n    ...",
    cases=_queries,
    returns=("the context (B, H)",),
    mistakes={
        "The softmax still runs over the last axis, the batch.": ("softmax(scores, axis=0)", "softmax(scores)"),
        "One softmax over the whole batch: the weights of each text have to add up to 1 by themselves.":
            ("softmax(scores, axis=0)", "softmax(scores.ravel()).reshape(scores.shape)"),
        "These are the scores. Without the softmax they are no weights.": ("softmax(scores, axis=0)", "scores"),
        "That is the mean of the states: the scores are not used.":
            ("softmax(scores, axis=0)", "np.full(scores.shape, 1 / len(scores))"),
        "The scores of this function are plain dot products: nothing is to be divided by the root of the size.":
            (".sum(axis=-1)", ".sum(axis=-1) / np.sqrt(keys.shape[2])"),
    },
    praise="Right: now the weights of each text add up to 1 over its own symbols.",
    nudge="The weights of one text, over its own symbols, have to add up to 1.",
)
def which_axis(query, keys):
    """The source is the first axis of the scores. Without `axis=0`, `softmax` takes the last one, the batch."""
    scores = (keys * query).sum(axis=-1)
    weights = softmax(scores, axis=0)
    return (weights[..., None] * keys).sum(axis=0)


def _arriving(rng):
    for S, B, H in ((5, 3, 4), (3, 1, 2), (2, 2, 3), (6, 2, 1)):
        weights = softmax(2 * rng.normal(size=(S, B)), axis=0)
        yield weights, 1 + rng.normal(size=(S, B, H)), rng.normal(size=(B, H))
    yield np.array([[1.0], [0.0]]), rng.normal(size=(2, 1, 3)), rng.normal(size=(1, 3))


@function(
    title="Back through the weights", difficulty=2, minutes=12,
    question=r"""
        Derive the gradient of the loss with respect to the scores, $\partial L / \partial e_{ij}$, given the error
        $\delta c_i = \partial L / \partial c_i$ that arrives at the context. Write it with the `weights` (S, B), the
        `values` (S, B, H) and the error `dc` (B, H); the result has the shape of the scores, (S, B).
        """,
    hints=(r"The softmax: $\partial \alpha_k / \partial e_j = \alpha_k (\mathbb{1}[k = j] - \alpha_j)$.",
           r"$\partial c / \partial e_j = \sum_k h_k\, \partial \alpha_k / \partial e_j$. One of the two sums that "
           "come out is a vector that you know."),
    cases=_arriving,
    returns=("the gradient with respect to the scores (S, B)",),
    mistakes={
        "Raising one weight lowers the others: their part, the context, is missing.": ("(values - context)", "values"),
        "Each weight also depends on the scores of the other places: α(1 − α) is the slope for its own alone.":
            ("weights * ((values - context) * dc)", "weights * (1 - weights) * (values * dc)"),
        "The slope of the softmax has each weight as a factor.": ("return weights * ", "return "),
        "The sign is turned round.": ("(values - context)", "(context - values)"),
        "The mean of the values is not the context: each counts with its weight.":
            ("(weights[..., None] * values).sum(axis=0)", "values.mean(axis=0)"),
        "That is the gradient with respect to the weights. Now go on through the softmax.":
            lambda weights, values, dc: (values * dc).sum(axis=-1),
    },
    praise="Right: a place is called up when its state lies, from the context, in the direction that the error asks "
           "for, and only as strongly as it has weight.",
    nudge="Write the context as a function of one score, all others held, and differentiate the softmax.",
)
def score_gradient(weights, values, dc):
    r"""$\partial c / \partial e_j = \alpha_j h_j - \alpha_j \sum_k \alpha_k h_k = \alpha_j (h_j - c)$, and with the
    error that arrives, $\delta e_j = \alpha_j\, (h_j - c) \cdot \delta c$. Where a weight is 0, nothing comes back."""
    context = (weights[..., None] * values).sum(axis=0)
    return weights * ((values - context) * dc).sum(axis=-1)


def _decoders(rng):
    """A decoder's step: a batch of one and of more, a source of one and of more; the hidden layer as wide as a key."""
    for S, B, D, H, K in ((5, 3, 2, 4, 3), (4, 1, 3, 2, 5), (1, 2, 4, 3, 2), (7, 2, 1, 5, 6)):
        params = GRUParams(*(rng.normal(size=shape) for shape in ((D + K, 3 * H), (H, 3 * H), (3 * H,), (3 * H,))))
        yield (params, rng.normal(size=(B, D)), rng.normal(size=(B, H)), rng.normal(size=(S, B, K)),
               rng.normal(size=(H, K)), rng.normal(size=(K, K)), rng.normal(size=K))


@function(
    title="One step of a decoder that looks first", difficulty=2, minutes=10,
    question=r"""
        Write one step of Bahdanau's decoder: additive scores of the query $s_{i-1}$, weights over the source, the
        context, and a GRU step whose input is $[\,y_{i-1}, c_i\,]$, the symbol first. Given are the GRU's `params`, the
        symbol `y` (B, D), the state `s` (B, H), the `keys` (S, B, K), and `W_q` (H, A), `W_k` (K, A), `v` (A,). Return
        the new state (B, H). `helpers.attention` and `helpers.cells.gru_step` may help.
        """,
    hints=(r"$e_j = v \cdot \tanh(s W_q + h_j W_k)$, weights by a softmax over $j$.",
           "`gru_step(params, x, s).h` is the new state; `np.concatenate([y, context], axis=-1)` is its input."),
    stub="from helpers.attention import additive_scores, attend, attention_weights\nfrom helpers.cells import gru_step"
         "\n\n\ndef bahdanau_step(params, y, s, keys, W_q, W_k, v):\n    ...",
    cases=_decoders,
    returns=("the new state (B, H)",),
    mistakes={
        "The sum has to be taken of the encoder's states themselves, not of what W_k makes of them.":
            ("attend(attention_weights(scores), keys)", "attend(attention_weights(scores), keys @ W_k)"),
        "The scores are no weights yet: the softmax over the source is missing.":
            ("attention_weights(scores)", "scores"),
        "The softmax runs over the batch, not over the source.": ("attention_weights(scores)", "softmax(scores)"),
        "The tanh between the two matrices and v is missing.":
            ("additive_scores(s, keys, W_q, W_k, v)", "(s @ W_q + keys @ W_k) @ v"),
        "The query does not change these weights. It belongs inside the tanh, added to the keys; as it is, every step "
        "would look at the same places.":
            ("additive_scores(s, keys, W_q, W_k, v)", "np.tanh(keys @ W_k) @ v"),
        "Every place has the same weight. Do the scores depend on the keys?":
            ("attention_weights(scores)", "np.full(scores.shape, 1 / len(scores))"),
        "The symbol comes first in what the GRU reads, then the context.": ("[y, context]", "[context, y]"),
        "That is the state of a step from zeros: the GRU has to go on from s.": (", s).h", ", 0 * s).h"),
        "That is all that `gru_step` computes. The new state is its `.h`.": ("s).h", "s)"),
        "That is the context. The GRU still has to step with it.":
            ("gru_step(params, np.concatenate([y, context], axis=-1), s).h", "context"),
    },
    praise="Right: look with the state before the step, then step with what was seen.",
    nudge="Scores from s and the keys, a softmax over the source, the sum of the keys, then the GRU on [y, context].",
)
def bahdanau_step(params, y, s, keys, W_q, W_k, v):
    """The old state asks, the context joins the last symbol, and the GRU makes the new state of both."""
    scores = additive_scores(s, keys, W_q, W_k, v)
    context = attend(attention_weights(scores), keys)
    return gru_step(params, np.concatenate([y, context], axis=-1), s).h


def _chains(rng):
    """Chains in which greedy search, a beam of this width, and the search of everything find three different answers,
    where the width allows it; one in which the cut after the first symbol matters; one that a beam of one walks."""
    for V, steps, width in ((3, 4, 2), (4, 4, 2), (4, 5, 3)):
        yield *next(chain for chain in _random_chains(rng, V) if len(
            {tuple(beam.solution(*chain, steps, k)) for k in (1, width, V**steps)}) == 3), steps, width
    yield *next(chain for chain in _random_chains(rng, 4)
                if beam.solution(*chain, 4, 2) != _all_begin(*chain, 4, 2)), 4, 2
    yield rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(3), size=3), 5, 1


def _random_chains(rng, V):
    """Chains of V symbols, (first, after), without end."""
    while True:
        yield rng.dirichlet(np.full(V, 0.7)), rng.dirichlet(np.full(V, 0.7), size=V)


def _all_begin(first, after, steps, width):
    """A beam that is cut after the second symbol and those that follow, the mistake, and never after the first."""
    beams = [([k], np.log(p)) for k, p in enumerate(first)]
    for _ in range(steps - 1):
        beams = [([*symbols, k], total + np.log(p)) for symbols, total in beams
                 for k, p in enumerate(after[symbols[-1]])]
        beams = sorted(beams, key=lambda one: -one[1])[:width]
    return beams[0][0]


def _each_its_best(first, after, steps, width):
    """Each of the first `width` symbols continued greedily by itself: the mistake of not letting them compete."""
    beams = [([k], np.log(first[k])) for k in np.argsort(-first)[:width]]
    for _ in range(steps - 1):
        best = [(symbols, total, int(np.argmax(after[symbols[-1]]))) for symbols, total in beams]
        beams = [([*symbols, k], total + np.log(after[symbols[-1]][k])) for symbols, total, k in best]
    return max(beams, key=lambda one: one[1])[0]


def _not_summed(first, after, steps, width):
    """Beams ranked by their last step alone."""
    beams = [([k], np.log(p)) for k, p in enumerate(first)]
    for _ in range(steps - 1):
        beams = sorted(beams, key=lambda one: -one[1])[:width]
        beams = [([*symbols, k], np.log(p)) for symbols, _ in beams for k, p in enumerate(after[symbols[-1]])]
    return max(beams, key=lambda one: one[1])[0]


@function(
    title="Beam search", difficulty=3, minutes=15,
    question="""
        A small language: `first[k]` (V,) is the probability that a text begins with symbol k, `after[j, k]` (V, V) that
        k follows j. Texts have `steps` symbols. Find one by beam search: after every symbol keep the `width` most
        probable beginnings, continue each with every symbol, and at the end return the most probable text that is left,
        as a list of symbols.
        """,
    hints=("Keep pairs: the symbols so far, and the logarithm of their probability. A width of 1 is greedy search.",
           "All continuations of all beginnings compete for the `width` places: first continue, then sort, then cut."),
    cases=_chains,
    returns=("the text found",),
    mistakes={
        "That is greedy search: one beginning is kept, whatever the width.": ("[:width]", "[:1]"),
        "That is the most probable text of all. A beam of this width does not find it; what does it find?":
            ("[:width]", ""),
        "Each beginning keeps a continuation of its own. They have to compete: two of the places may go to "
        "continuations of one beginning.": _each_its_best,
        "The beginnings are ranked by their last symbol alone: add the logarithms of all steps.": _not_summed,
        "One place too many is kept.": ("[:width]", "[: width + 1]"),
        "The cut comes after every symbol, and so after the first one, too: here every symbol may begin.": _all_begin,
    },
    praise="Right: greedy search is the beam of one, and the exhaustive search a beam as wide as there are texts.",
    nudge="Continue every beginning with every symbol, rank all of these by the whole probability, keep the best.",
)
def beam(first, after, steps, width):
    """All continuations compete, and the best `width` of them are kept; logarithms add up where probabilities
    multiply."""
    beams = [([k], np.log(p)) for k, p in enumerate(first)]
    for _ in range(steps - 1):
        beams = sorted(beams, key=lambda one: -one[1])[:width]
        beams = [([*symbols, k], total + np.log(p))
                 for symbols, total in beams for k, p in enumerate(after[symbols[-1]])]
    return max(beams, key=lambda one: one[1])[0]


def _two_steps(a, x_after_a, x_after_b):
    """What greedy search and the search of all four texts find in a language of two symbols and two steps."""
    texts = {"ax": a * x_after_a, "ay": a * (1 - x_after_a), "bx": (1 - a) * x_after_b, "by": (1 - a) * (1 - x_after_b)}
    begins = "a" if a >= 0.5 else "b"
    greedy = max((text for text in texts if text[0] == begins), key=texts.get)
    best = max(texts, key=texts.get)
    proper = all(0 <= p <= 1 for p in (a, x_after_a, x_after_b))
    return {"greedy": greedy, "best": best, "proper": proper, "found": texts[greedy], "largest": texts[best],
            "ratio": texts[best] / texts[greedy] if texts[greedy] > 0 else np.inf}


@values(
    title="Where greedy loses most", difficulty=2, minutes=8,
    question=r"""
        Experiment. A text begins with *a* (with probability $p(a)$) or else with *b*, and goes on with *x* or else with
        *y*. Choose $p(a)$, $p(x \mid a)$ and $p(x \mid b)$ so that the most probable text is at least 1.8 times as
        probable as the one that greedy search finds. How far above 1.8 could you go?
        """,
    hints=("Greedy search has to begin with the wrong letter. How probable may that letter be at least?",
           "After the letter that greedy search takes, make the continuation as uncertain as possible; after the "
           "other one, as certain as possible."),
    stub="greedy_loses = dict(a=..., x_after_a=..., x_after_b=...)",
    fields={"a": None, "x_after_a": None, "x_after_b": None},
    measure=_two_steps,
    met=lambda q: q["proper"] and 1.8 <= q["ratio"] < np.inf,
    mistakes={
        "These are no probabilities: each has to lie between 0 and 1.":
            (dict(a=0.5, x_after_a=1.5, x_after_b=0.9), lambda q: not q["proper"]),
        "Greedy search finds {greedy}, and that is the most probable text.":
            (dict(a=0.6, x_after_a=0.9, x_after_b=0.9), lambda q: q["greedy"] == q["best"]),
        "Greedy search finds {greedy} with {found:.3f}, the best text is {best} with {largest:.3f}: {ratio:.2f} times.":
            (dict(a=0.55, x_after_a=0.5, x_after_b=0.9), lambda q: q["ratio"] < 1.8),
    },
    praise="Right: {best} is {ratio:.2f} times as probable as {greedy}. With two letters and two steps it can never be "
           "more than twice.",
)
def greedy_loses():
    """Let greedy search begin with *a* by a hair, and then leave it between two equal continuations. The other letter
    is almost as probable, and goes on with certainty."""
    found = dict(a=0.51, x_after_a=0.5, x_after_b=1.0)
    texts = {"greedy, ax": 0.51 * 0.5, "best, bx": 0.49 * 1.0}
    print(texts)
    return found


def _steps(rng):
    for T, A, H in ((5, 4, 3), (3, 2, 2), (1, 3, 2), (7, 9, 1)):
        yield rng.normal(size=(T, A)), rng.normal(size=(T, A)), rng.normal(size=(T, H))


@function(
    title="Self-attention that cannot see the future", difficulty=2, minutes=8,
    question=r"""
        Every step of one sequence has a query, a key and a value: `Q` (T, A), `K` (T, A), `V` (T, H). Write causal
        self-attention by scaled dot products: $y_t$ is a weighted sum of $v_1, \ldots, v_t$, the step itself included.
        Return y (T, H).
        """,
    hints=("`Q @ K.T` has queries in its rows, keys in its columns. Which triangle may be seen?",
           "`np.tril(np.ones((T, T), dtype=bool))` is true where the key's step is not later than the query's."),
    stub="from helpers.cells import softmax\n\n\ndef causal(Q, K, V):\n    ...",
    cases=_steps,
    returns=("y (T, H)",),
    mistakes={
        "Every step sees the future: the mask is missing.": ("np.where(seen, scores, -np.inf)", "scores"),
        "A score of 0 is not a weight of 0.": ("np.where(seen, scores, -np.inf)", "np.where(seen, scores, 0.0)"),
        "The wrong triangle: every step sees itself and the future, and not the past.": ("np.tril", "np.triu"),
        "Every step also sees the next one: the mask reaches one key too far.": ("dtype=bool)", "dtype=bool), 1"),
        "The softmax runs over the queries. Each query shares its weight among the keys, along its own row.":
            ("np.where(seen, scores, -np.inf))", "np.where(seen, scores, -np.inf), axis=0)"),
        "The scores have to be divided by the root of the size of a key.": (" / np.sqrt(Q.shape[1])", ""),
        "Divide by the root of the size of a key, not by the size.": ("np.sqrt(Q.shape[1])", "Q.shape[1]"),
        "That is the root of the number of steps. The scores grow with the size of a key.":
            ("np.sqrt(Q.shape[1])", "np.sqrt(len(Q))"),
        "Queries and keys have changed places: each row has to hold the scores of one query.": ("Q @ K.T", "K @ Q.T"),
        "Masked after the softmax, the weights no longer add up to 1.":
            ("softmax(np.where(seen, scores, -np.inf)) @ V", "(softmax(scores) * seen) @ V"),
    },
    praise="Right: y₁ is v₁, and only the last step sees everything.",
    nudge="Scale, hide what is later than the query, then a softmax over the keys, and a weighted sum of the values.",
)
def causal(Q, K, V):
    """Each row of the scores belongs to one query; where the key is later, its score is −∞ and its weight 0."""
    scores = Q @ K.T / np.sqrt(Q.shape[1])
    seen = np.tril(np.ones(scores.shape, dtype=bool))
    return softmax(np.where(seen, scores, -np.inf)) @ V


@controls(
    title="Longer than any text of the training", difficulty=2, minutes=6,
    question="Experiment. In the figure `bottleneck`, find a text of 15 symbols or more that the network with "
             "attention repeats without an error, and the fixed vector of 96 does not. No text of the training had "
             "more than 12. Give it as a `dict` of `text`.",
    hints=("Attention often loses its place in a long text. What kind of text makes it harmless to be one place off?",
           "A text that repeats a few symbols, but not one symbol alone: that the fixed vector could keep."),
    stub="past_the_training = dict(text=...)",
    figure="helpers.figures.bottleneck", met="beyond",
    mistakes={
        "That has {count:d} symbols. It has to have 15 or more.":
            (dict(text="quick fox"), lambda q: q["count"] < 15),
        "Attention gets {attention_share:.0%} of it right, not all. Try another rhythm of a few symbols.":
            (dict(text="the quick brown fox"), lambda q: q["attention_share"] < 1),
        "Attention repeats it, but the fixed vector of 96 does too: there is too little to keep.":
            (dict(text=15 * "a"), lambda q: q["fixed_96_share"] == 1),
    },
    praise="Right: {count:d} symbols, all of them by attention, {fixed_96_share:.0%} by the fixed vector of 96.",
)
def past_the_training():
    """A text that repeats itself: where the network is one period off, it still reads the right symbol."""
    found = dict(text="tick tock tick tock")
    run = live.load("bottleneck").run(**found)
    print(f"attention {run['attention_share']:.0%}, fixed vector of 96 {run['fixed_96_share']:.0%}")
    return found


@controls(
    title="Two readings of one text", difficulty=2, minutes=6,
    question="Experiment. In the figure `alignment`, write a text of which the network gives two different readings, "
             "each more than 30 %. Give it as a `dict` of `text`.",
    hints=("Leave something out: where a text says too little, the rest has to be guessed.",
           "A month by name, and only two more numbers of one or two digits: which of them is what?"),
    stub="torn = dict(text=...)",
    figure="helpers.figures.alignment", met="torn",
    mistakes={
        "It is nearly sure of this text: its first reading has {p[0]:.1%}.":
            (dict(text="21 November 2026"), lambda q: q["p"][0] > 0.9),
        "Its first two readings have {p[0]:.0%} and {p[1]:.0%}; the second needs more than 30 %.":
            (dict(text="04/03/2005"), lambda q: q["p"][1] <= 0.3),
    },
    praise="Right: {p[0]:.0%} and {p[1]:.0%}.",
)
def torn():
    """In “1 Jan 20” the 20 is a year to us. The network is used to years of four digits beside the name of a month, and
    wavers between two days."""
    found = dict(text="1 Jan 20")
    run = live.load("alignment").run(**found)
    for written, p in zip(run["answer"], run["p"], strict=True):
        print("".join(map(chr, written)), f"{p:.0%}")
    return found

"""Exercises of chapter 09: recurrences that are linear in their state, and what their states can do."""

import numpy as np

from live_figures.exercises import choice, controls, function, number

from .. import live

__all__ = ["all_at_once", "at_once", "delta_step", "gentle_delta", "never_negative", "outgrown", "rounds", "scanned",
           "two_as_one", "two_cups"]


@choice(
    title="Which can be scanned?", difficulty=1, minutes=3,
    question="Everything but the state is known before the recurrence starts. Which of these can be computed by a "
             "parallel scan, in about $\\log_2 T$ rounds, with steps joined to steps of the same form?",
    hints=("Put one step into the next: is what comes out a step of the same form, described by as many numbers?",),
    choices={
        "tanh": ("hₜ = tanh(xₜ + w hₜ₋₁)",
                 "Not that: two steps are a tanh inside a tanh, which is no tanh of the same form."),
        "gate": ("hₜ = σ(hₜ₋₁) hₜ₋₁ + xₜ",
                 "Not that: the gate looks at the state, so the step is not linear in it."),
        "square": ("hₜ = hₜ₋₁² + xₜ",
                   "Not that: two steps are a polynomial of degree 4, three one of degree 8."),
        "matrix": ("hₜ = Aₜ hₜ₋₁ + bₜ with matrices Aₜ that the input chooses",
                   "Right: two steps are the matrix A₂ A₁ and the vector A₂ b₁ + b₂. But joining them now costs a "
                   "product of matrices."),
    },
    answer="matrix",
)
def at_once():
    """Two linear steps in a row are a linear step again, with matrices as with numbers. A product of matrices costs
    more than one of numbers, which is why so many models keep theirs diagonal or give them a special form."""
    return "matrix"


@number(
    title="How many rounds?", difficulty=1, minutes=2,
    question="How many rounds does `parallel_scan`, which joins every step at once, take for a sequence of 1,000 "
             "steps?",
    hints=("After one round a step holds 2 steps, after two rounds 4.",),
    answer=10, unit="rounds",
    mistakes={"After that many rounds each step holds 512 steps, and some are still missing.": 9,
              "That is the loop: one round for each step after the first.": 999,
              "That is every step. The loop needs one less, and the scan far fewer.": 1000,
              "With each round the reach doubles. It does not grow by 2.": 500,
              "That is what a tree takes that goes up and down again, with less work.": 19},
    praise="Right: the reach doubles until it is 1,024.",
    nudge="The reach doubles with each round. When is it 1,000 or more?",
)
def rounds():
    """2 to the power 9 is 512, to the power 10 it is 1,024."""
    return int(np.ceil(np.log2(1000)))


def _steps(rng):
    for shape in ((3,), (2, 4), ()):
        yield tuple(rng.normal(size=shape) for _ in range(4))
    yield np.array([0.0, -1.0]), np.array([2.0, 3.0]), np.array([0.5, 0.0]), np.array([-1.0, 4.0])


@function(
    title="Two steps as one", difficulty=1, minutes=5,
    question=r"""
        The first step is $h \mapsto a_1 \odot h + b_1$, the second, which comes after it, $h \mapsto a_2 \odot h +
        b_2$. Together they are one step $h \mapsto a \odot h + b$. Write a function that returns the pair $(a, b)$.
        """,
    hints=("Put the state after the first step into the second.",),
    cases=_steps, returns=("a", "b"),
    mistakes={
        "That is the two steps in the other order. The second one acts on what the first has left.":
            ("a_2 * b_1 + b_2", "a_1 * b_2 + b_1"),
        "What the first step adds goes through the second one too: it is multiplied by a_2.":
            ("a_2 * b_1 + b_2", "b_1 + b_2"),
        "What the second step adds is missing.": ("a_2 * b_1 + b_2", "a_2 * b_1"),
        "The two factors multiply; they do not add.": ("a_2 * a_1", "a_2 + a_1"),
        "What the second step adds is not multiplied by a_2: nothing comes after it.":
            ("a_2 * b_1 + b_2", "a_2 * (b_1 + b_2)"),
    },
    praise="Right: this is all that a parallel scan has to know of the recurrence.",
    nudge="h after the first step is a_1 h + b_1. What does the second step make of it?",
)
def two_as_one(a_1, b_1, a_2, b_2):
    r"""$a_2 (a_1 h + b_1) + b_2 = a_2 a_1\, h + (a_2 b_1 + b_2)$."""
    return a_2 * a_1, a_2 * b_1 + b_2


def _recurrences(rng):
    for shape in ((5, 2), (8,), (1, 3), (13, 1), (2,)):
        yield rng.uniform(-1, 1, shape), rng.normal(size=shape)
    yield np.ones(6), np.arange(6.0)


def _by_loop(a, b):
    h, states = np.zeros_like(b[0]), []
    for keep, new in zip(a, b, strict=True):
        h = keep * h + new
        states.append(h)
    return np.stack(states)


@function(
    title="Find the bug: only the first state is right", difficulty=2, minutes=8,
    question="""
        `scan_in_place` above should give the states of $h_t = a_t h_{t-1} + b_t$ from $h_0 = 0$, for `a` and `b` of
        shape (T, ...). Find the mistake, and write the function as it should be.
        """,
    hints=("Which a does the second line need, that of before the round or that of after it?",
           "Work out by hand what becomes of the second b in the first round."),
    stub="def scanned(a, b):\n    ...",
    cases=_recurrences, reference=_by_loop, returns=("the array of states",),
    mistakes={
        "The factors are overwritten before they are used: b needs those of before the round.":
            ("b[reach:] = a[reach:] * b[:-reach] + b[reach:]\n        a[reach:] = a[reach:] * a[:-reach]",
             "a[reach:] = a[reach:] * a[:-reach]\n        b[reach:] = a[reach:] * b[:-reach] + b[reach:]"),
        "The factors have to be joined too, or a step is multiplied by its own a only.":
            ("        a[reach:] = a[reach:] * a[:-reach]\n", ""),
        "The reach doubles. At a reach of 3 a step that holds 4 would be joined with one that shares a step with it.":
            ("2 * reach", "reach + 1"),
        "One round too few: the last doubling is missing.": ("while reach < len(a)", "while 2 * reach < len(a)"),
        "Right where the number of steps is a power of two. Elsewhere the last doubling is missing.":
            ("while reach < len(a)", "while 2 * reach <= len(a)"),
        "The earlier step is multiplied by the later step's a, not by its own.":
            ("a[reach:] * b[:-reach]", "a[:-reach] * b[:-reach]"),
    },
    praise="Right, for any number of steps.",
    nudge="Both lines of a round should read what the round before it left.",
)
def scanned(a, b):
    """What each step adds is joined first, while the factors of the round before are still there. A version without
    assignment in place, as in `helpers.linear`, cannot make this mistake."""
    a, b, reach = a.copy(), b.copy(), 1
    while reach < len(a):
        b[reach:] = a[reach:] * b[:-reach] + b[reach:]
        a[reach:] = a[reach:] * a[:-reach]
        reach = 2 * reach
    return b


def _queries(rng):
    for T, d, m in ((5, 3, 2), (1, 2, 4), (7, 2, 3)):
        yield tuple(rng.normal(size=(T, n)) for n in (d, d, m))


@function(
    title="Linear attention without a loop", difficulty=2, minutes=8,
    question=r"""
        The memory $S_t = S_{t-1} + k_t^\top v_t$, which starts at zeros, is read with a query after each step: $y_t =
        q_t S_t$. Write a function of `q` and `k`, both (T, d), and `v` (T, m), that gives all $y$ (T, m) **without
        any recurrence**: only products of matrices and a mask.
        """,
    hints=(r"$y_t = \sum_{s \le t} (q_t \cdot k_s)\, v_s$.",
           "`q @ k.T` has all the products. Which of them may step t use? `np.tril` keeps those."),
    cases=_queries, returns=("y",),
    mistakes={
        "Without a mask every step reads the pairs that come after it.": ("np.tril(q @ k.T)", "(q @ k.T)"),
        "Step t reads the memory after its own pair is written: the diagonal belongs to it.":
            ("np.tril(q @ k.T)", "np.tril(q @ k.T, -1)"),
        "That is the other half: each step reads what comes after it.": ("np.tril", "np.triu"),
        "Queries and keys have changed places.": ("q @ k.T", "k @ q.T"),
        "With a softmax it is the attention of a transformer, and no longer this recurrence.":
            lambda q, k, v: _softmax_attention(q, k, v),
        "With a softmax and a scale it is the attention of a transformer, and no longer this recurrence.":
            lambda q, k, v: _softmax_attention(q / np.sqrt(k.shape[1]), k, v),
        "The memory is read as it is: nothing divides by the root of d here.":
            ("np.tril(q @ k.T)", "np.tril(q @ k.T) / np.sqrt(k.shape[1])"),
    },
    praise="Right. Written with matrices it takes T² products and no step waits; as a recurrence it takes T steps, and "
           "its memory does not grow.",
    nudge="Write y as a sum over the earlier steps. What weighs each value?",
)
def all_at_once(q, k, v):
    """This is causal attention with the softmax left out. Whether it is computed like this, step by step, or in blocks
    is a matter of speed: the numbers are the same."""
    return np.tril(q @ k.T) @ v


def _softmax_attention(q, k, v):
    scores = np.where(np.tril(np.ones((len(q), len(q)))) > 0, q @ k.T, -np.inf)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True) @ v


def _writes(rng):
    for d, m, beta in ((3, 2, 1.0), (2, 4, 0.3), (1, 3, 1.7), (4, 1, 0.5)):
        yield rng.normal(size=(d, m)), rng.normal(size=d), rng.normal(size=m), beta
    yield np.zeros((2, 3)), np.array([0.0, 1.0]), np.arange(3.0), 1.0


@function(
    title="Write what is missing", difficulty=2, minutes=6,
    question=r"""
        One step of the delta rule: the memory `S` (d, m) is asked with the key `k` (d,), and what its answer lacks of
        the value `v` (m,) is written under that key, times `beta`. Return the new memory. The length of the key is not
        1 in general, and is left as it is.
        """,
    hints=("What does the memory answer to the key?", "`np.outer(k, ...)` writes a value under a key."),
    cases=_writes, returns=("the memory",),
    mistakes={
        "That is the sum of linear attention: what the memory already answers is not taken off.":
            ("v - k @ S", "v"),
        "That is linear attention as it was: neither beta is in it, nor what the memory already answers.":
            ("beta * (v - k @ S)", "v"),
        "The sign: write the value minus the answer.": ("v - k @ S", "k @ S - v"),
        "beta is missing.": ("beta * ", ""),
        "beta belongs to the whole difference, not to the value alone.": ("beta * (v - k @ S)", "beta * v - k @ S"),
        "The memory itself is missing: the difference is added to what is there.": ("S + np.outer", "np.outer"),
        "Here the key keeps its length. Dividing by its square is another rule.":
            ("beta * (v - k @ S)", "beta * (v - k @ S) / (k @ k)"),
    },
    praise="Right. With a key of length 1 and beta = 1 the memory now answers exactly v.",
    nudge="Ask first, then write the difference between the value and the answer.",
)
def delta_step(S, k, v, beta):
    r"""$S + \beta\, k^\top (v - k S)$, with $k$ and $v$ as rows: the rule of Widrow and Hoff, with the key as input and
    the value as target."""
    return S + np.outer(k, beta * (v - k @ S))


@number(
    title="Two cups, swapped ten times", difficulty=2, minutes=6,
    question=r"Two cups, all the weight in the first. Their swap is multiplied into the state ten times, each time as "
             r"$I - \beta v v^\top$ with $v = (1, -1)^\top/\sqrt2$ and $\beta = 1.8$. How much weight is in the first "
             "cup then?",
    hints=(r"The sum of the weights stays 1. What happens to their difference, which is the part along $v$?",
           r"A step multiplies what lies along $v$ by $1 - \beta$."),
    answer=0.554, tolerance=0.001,
    mistakes={"That is the difference between the two cups. Their sum is 1.": 0.8**10,
              "That is the other cup's weight.": (1 - 0.8**10) / 2,
              "That is 0.9 to the power 10: the share in which all ten swaps are made. Others bring the ball back too.":
                  0.9**10,
              "Nearly, but the two are not equal yet.": 0.5,
              "That would be β = 2, where ten swaps change nothing.": 1.0},
    praise="Right: the difference is 0.8 to the power 10, about 0.107, and the sum is 1.",
    nudge="Follow the sum and the difference of the two weights separately.",
)
def two_cups():
    r"""The difference $h_1 - h_2$ is multiplied by $1 - \beta = -0.8$ at each step, so it is $0.8^{10} = 0.107$ after
    ten, and $h_1 = (1 + 0.107)/2$. At any $\beta$ between 0 and 2 it goes to 0; at 2 it never does."""
    v = np.array([1.0, -1.0]) / np.sqrt(2)
    step = np.eye(2) - 1.8 * np.outer(v, v)
    return (np.array([1.0, 0.0]) @ np.linalg.matrix_power(step, 10))[0]


@number(
    title="When does the cache outgrow the matrix?", difficulty=1, minutes=3,
    question="Keys and values have 64 entries each. Linear attention keeps one matrix, a softmax every key and every "
             "value. After how many pairs do both keep equally many numbers?",
    hints=("How many numbers has the matrix, and how many does each pair add to the cache?",),
    answer=32, unit="pairs",
    mistakes={"A pair is a key and a value: 128 numbers, not 64.": 64,
              "That is how many numbers the matrix has. Each pair adds more than one to the cache.": 4096,
              "That is how many numbers one pair adds to the cache.": 128},
    praise="Right: 64 · 64 numbers against 128 for each pair. From then on the cache is larger, and it never stops.",
    nudge="Divide the size of the matrix by what one pair adds to the cache.",
)
def outgrown():
    """The matrix has 64 · 64 = 4,096 numbers, and every pair adds 64 + 64 to the cache."""
    return 64 * 64 // (64 + 64)


@controls(
    title="Parity without a negative state", difficulty=3, minutes=8,
    question="Experiment. In the figure `parity`, be right on every random string at steps 40, 100 and 256 with a "
             "state that is **never negative**. Give what you found as a `dict` of `a_one`, `a_zero`, `b_one` and "
             "`threshold`.",
    hints=("With a = −1 and b = 0 the state goes from 1 to −1 and back. Can the same be done a little higher up?",
           "Two steps with a = −1 and any b: −(−h + b) + b = h."),
    stub="never_negative = dict(a_one=..., a_zero=..., b_one=..., threshold=...)",
    figure="helpers.figures.parity", met="positive",
    mistakes={
        "Right on every string, but the state becomes negative.":
            (dict(a_one=-1.0, a_zero=1.0, b_one=0.0, threshold=0.0), lambda q: bool(q["solved"])),
        "Not right on every string: a state that has to last needs |a| = 1 for both bits.":
            (dict(a_one=-0.9, a_zero=1.0, b_one=0.9, threshold=0.5),
             lambda q: abs(q["a_one"]) < 1 or abs(q["a_zero"]) < 1),
        "Not right on every string. Look at which values the state takes, and where the threshold is.":
            (dict(a_one=-1.0, a_zero=1.0, b_one=1.0, threshold=-0.5), lambda q: True),
    },
    praise="Right: it is not the state that has to be negative, but its factor.",
)
def never_negative():
    """A one turns 1 into 0 and 0 into 1: h goes to 1 − h. It is the factor that must be negative, not the state."""
    found = dict(a_one=-1.0, a_zero=1.0, b_one=1.0, threshold=0.5)
    run = live.load("parity").run(**found)
    print("right at steps 40, 100, 256:", *(f"{share:.0%}" for share in run["share"]))
    return found


@controls(
    title="A gentler delta rule", difficulty=2, minutes=5,
    question="Experiment. In the figure `fast_weights`, with **random** keys and 32 pairs, let the delta rule recall "
             "more than the sum. Give what you found as a `dict` of `keys`, `pairs` and `beta`.",
    hints=("With β = 1 each write is made exact, at the cost of all earlier ones.",),
    stub="gentle_delta = dict(keys=..., pairs=..., beta=...)",
    figure="helpers.figures.fast_weights", met="ahead",
    mistakes={
        "These are the orthonormal keys. Choose the random ones.":
            (dict(keys="orthonormal", pairs=32, beta=1.0), lambda q: q["keys"] == "orthonormal"),
        "Write all 32 pairs.": (dict(keys="random", pairs=16, beta=0.2), lambda q: q["pairs"] < 32),
        "The delta rule recalls {delta_now:.0%}, the sum {sum_now:.0%}.":
            (dict(keys="random", pairs=32, beta=1.0), lambda q: q["delta_now"] <= q["sum_now"]),
    },
    praise="Right: {delta_now:.0%} against {sum_now:.0%}.",
)
def gentle_delta():
    """A small β writes a part of what is missing and spoils less of what is there."""
    found = dict(keys="random", pairs=32, beta=0.2)
    run = live.load("fast_weights").run(**found)
    print(f"delta rule {run['delta_now']:.0%}, sum {run['sum_now']:.0%}")
    return found

"""Which memory can rewrite, and which can hold much?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import softmax
from helpers.linear import delta_rule, linear_attention
from helpers.sequence import pick
from live_figures import Challenge, Choice, Claim, Signal, Slider, Try, random

title = "Which memory can rewrite, and which can hold much?"
caption = (
    "Above, the share of keys that a memory answers with the value last written to them, rather than with another of "
    "the values, against the number of pairs written; below, the same share for each pair in the order of writing."
)
alt = (
    "Two plots with one line for each of three memories. Above, the share recalled right against the number of pairs. "
    "Below, at the chosen number of pairs, the share recalled right of the first pair written, the second, and so on."
)

PAIRS, STEP, SIZE, SETS = 32, 4, 16, 8
NEVER = -1e3  # the score of a pair that is not written yet
KEYS = ("orthonormal", "random")
MEMORIES = {"sum": "sum", "delta": "delta rule", "attention": "softmax"}
EQUAL = 1e-9  # scores that differ by less are a tie, and share the guess

controls = [
    Choice(name="keys", label="Keys", options=KEYS, value="orthonormal"),
    Slider(name="pairs", label="Pairs written", min=STEP, max=PAIRS, step=STEP, value=SIZE, integer=True),
    Slider(name="beta", label="β of the delta rule", min=0.05, max=1, step=0.05, value=1,
           idle=("separate", "orthonormal keys: any β recalls")),
    Slider(name="sharpness", label="Softmax sharpness", min=0.5, max=16, step=0.5, value=8),
    Slider(name="seed", label="Other keys and values", min=0, max=99, step=1, value=0, integer=True),
]


def consts():
    written = np.arange(STEP, PAIRS + 1, STEP)
    there = np.arange(PAIRS) < written[:, None]  # which pairs are written, (numbers of pairs, PAIRS)
    newest = there & (np.arange(PAIRS) >= written[:, None] - SIZE)  # an older key has been written again
    of_all = {name: asked / asked.sum(axis=1, keepdims=True) for name, asked in zip(KEYS, (newest, there), strict=True)}
    return {"unit": np.eye(SIZE), "own": np.eye(PAIRS), "last": written - 1, "there": there, **of_all}


def compute(consts, keys, pairs, beta, sharpness, seed):
    xp = array_namespace(consts["own"])
    orthonormal, there, last = keys == "orthonormal", consts["there"], consts["last"]
    k = _keys(xp, consts, orthonormal, seed)
    v = 2.0 * xp.astype(random.uniform(seed, (SETS, PAIRS, SIZE), 1, xp) >= 0.5, xp.float64) - 1.0
    # A memory is linear in its values: one that holds their products with all values answers with scores at once.
    v = v @ xp.matrix_transpose(v)
    K, V = (xp.permute_dims(a, (1, 0, 2)) for a in (k, v))
    alike = sharpness * (K @ xp.matrix_transpose(K))
    scores = {"sum": K @ xp.take(linear_attention(k, k, V).S, last, axis=0),
              "delta": K @ xp.take(delta_rule(k, k, V, beta).S, last, axis=0),
              "attention": softmax(xp.where(there[:, None, None, :], alike, NEVER)) @ v}

    oldest = xp.maximum(pairs - SIZE, 0 * pairs) if orthonormal else 0 * pairs
    shown = xp.clip(xp.arange(PAIRS), oldest, pairs - 1)
    at = pairs // STEP - 1
    upto = xp.minimum(xp.arange(PAIRS // STEP), at)  # what comes later is not drawn: the reader is asked about it
    out = {"shown": xp.astype(shown + 1, xp.float64), "n": pairs, "cursor": xp.stack([pairs, pairs]) * 1.0,
           "until": STEP * (upto + 1.0), "kept": pairs * (2 * SIZE)}
    for name, score in scores.items():
        each = _right(xp, consts["own"], xp.where(there[:, None, None, :], score, NEVER))
        share = xp.sum(each * consts[keys], axis=-1)
        out |= {name: xp.take(share, upto), f"{name}_now": pick(share, at),
                f"{name}_each": xp.take(pick(each, at), shown)}
    random_keys = xp.asarray(not orthonormal)
    ahead, most = out["delta_now"] > out["sum_now"], xp.minimum(out["delta_now"], out["sum_now"]) >= 0.85
    return out | {"separate": xp.asarray(orthonormal), "ahead": random_keys & ahead & (pairs == PAIRS),
                  "most": random_keys & most & (pairs >= SIZE)}


def _keys(xp, consts, orthonormal, seed):
    """Keys of length 1 (PAIRS, SETS, SIZE): random directions, or 16 orthonormal ones, which come again after 16."""
    if not orthonormal:
        k = random.normal(seed, (PAIRS, SETS, SIZE), xp=xp)
        return k / xp.linalg.vector_norm(k, axis=-1, keepdims=True)
    unit = xp.concat([consts["unit"]] * (PAIRS // SIZE), axis=0)
    return xp.broadcast_to(unit[:, None, :], (PAIRS, SETS, SIZE))


def _right(xp, own, scores):
    """How often, over the sets, the value of a key scores highest; ties share. (numbers of pairs, PAIRS)"""
    best = xp.astype(scores >= xp.max(scores, axis=-1, keepdims=True) - EQUAL, xp.float64)
    return xp.mean(xp.sum(best * own, axis=-1) / xp.sum(best, axis=-1), axis=1)


def figure(arrays):
    fig = plots.stacked({"all keys": {}, "each pair": {}}, x_title="pairs written", panel_height=150, showlegend=True,
                        x_range=[0, PAIRS + 1], y_ranges=dict.fromkeys(("all keys", "each pair"), (-0.05, 1.08)))
    for k, (name, label) in enumerate(MEMORIES.items()):
        style = {"color": plots.COLORS[k], "dash": ("solid", "dash", "dot")[k], "width": 2.5}
        fig.add_scatter(x=arrays["until"], y=arrays[name], name=label, line=style,
                        mode="lines+markers", marker={"size": 5})
        fig.add_scatter(x=arrays["shown"], y=arrays[f"{name}_each"], name=label, line=style, mode="lines+markers",
                        marker={"size": 5}, yaxis="y2", showlegend=False)
    return plots.cursor(fig, arrays["cursor"], high=1.08)


signals = {name: Signal(words=(said,), line=said, color=f"c{k}") for k, (name, said) in enumerate(MEMORIES.items())}
readout = (
    "After {n:d} pairs the sum recalls {sum_now:.0%} of the keys, the delta rule {delta_now:.0%} and the softmax "
    "{attention_now:.0%}; the softmax keeps {kept:d} numbers, the other two 256."
)
challenges = [
    Challenge("With random keys and 32 pairs, let the delta rule recall more than the sum.", met="ahead"),
    Challenge("With 16 random keys or more, let both the sum and the delta rule recall at least 85 %.", met="most"),
]


def _shares(arrays):
    """The shares of sum, delta rule and softmax at the chosen number of pairs, in percent as the readout has them."""
    return [round(100 * float(arrays[f"{name}_now"])) for name in MEMORIES]


def _by_age(arrays, name):
    """The shares of the eight oldest and of the eight newest pairs, in percent."""
    each, n = arrays[f"{name}_each"], int(arrays["n"])
    return round(100 * each[:8].mean()), round(100 * each[n - 8:n].mean())


tries = [
    Try(ask="In 16 dimensions there are 16 orthonormal keys: pairs 17 to 32 write new values to the same keys. Which "
            "memory will answer every key with its new value?",
        guesses=("the sum", "the delta rule", "the softmax"), right=1, do="With orthonormal keys, write 32 pairs.",
        at={"keys": "orthonormal", "pairs": PAIRS},
        says="The delta rule: it writes what is missing, the new value minus the old. The sum answers with old plus "
             "new, the softmax with about their mean, and neither can tell which of the two came last.",
        holds=lambda a: a["delta_now"] == 1 and max(_shares(a)[::2]) < 50),
    Try(ask="Now 32 random keys, none written twice. Which memory recalls least?",
        guesses=("the sum", "the delta rule", "the softmax"), right=1, do="Choose random keys and 32 pairs.",
        at={"keys": "random", "pairs": PAIRS},
        says="The delta rule, with 40 % against the sum's 62 %: a key that is not orthogonal to the others changes "
             "their answers too. The softmax recalls all 32; it keeps every pair, and grows with each.",
        holds=lambda a: _shares(a) == [62, 40, 100]),
    Try(ask="Of 24 pairs with random keys, which does the delta rule lose?",
        guesses=("the first ones written", "the last ones written", "any of them"), right=0,
        do="Choose random keys and 24 pairs, and look at the lower plot.",
        at={"keys": "random", "pairs": 24},
        says="The first ones: each write makes its own key right at the cost of the others. The newest pair is always "
             "recalled. The sum favours no age.",
        holds=lambda a: _by_age(a, "delta")[0] < 25 < 80 < _by_age(a, "delta")[1] and a["delta_each"][23] == 1
        and abs(np.subtract(*_by_age(a, "sum"))) < 15),
    Try(ask="Let the delta rule write only a fifth of what is missing, β = 0.2. How much of 32 pairs with random keys "
            "does it recall, and can it still rewrite?",
        guesses=("Less than before, and no.", "About as much as the sum, and yes.",
                 "As much as the softmax, and yes."), right=1,
        do="Set β to 0.2 with random keys and 32 pairs, then choose orthonormal keys.",
        at=({"keys": "random", "pairs": PAIRS, "beta": 0.2}, {"keys": "orthonormal", "pairs": PAIRS, "beta": 0.2}),
        says="About as much as the sum, 65 % against 62 %, and with orthonormal keys the new value still wins for "
             "every key, if only just: the answer is 0.2 of the new value and 0.16 of the old one.",
        holds=lambda many, twice: _shares(many)[:2] == [62, 65] and twice["delta_now"] == 1),
    Try(ask="What does a softmax of sharpness 1 recall of 32 pairs with random keys?",
        guesses=("all of them", "about as many as the sum", "fewer than the sum"), right=2,
        do="Choose random keys, 32 pairs and a sharpness of 1.", at={"keys": "random", "pairs": PAIRS, "sharpness": 1},
        says="Fewer, 14 %: blunt, it mixes the values of all keys. From a sharpness of 4 on it recalls all of them.",
        holds=lambda a: _shares(a)[2] == 14),
]
claims = [
    Claim("With random keys and 32 pairs the delta rule of β = 1 recalls less than the sum, whatever the keys.",
          at={"keys": "random", "pairs": PAIRS, "seed": (0, 10)},
          holds=lambda a: a["delta_now"] < a["sum_now"] - 0.1 and a["attention_now"] > 0.99),
    Claim("With orthonormal keys written twice only the delta rule recalls, whatever β is.",
          at={"pairs": PAIRS, "beta": (0.05, 1), "seed": (0, 34)},
          holds=lambda a: a["delta_now"] == 1 and max(_shares(a)[::2]) < 54),
    Claim("Up to 16 orthonormal keys every memory recalls every pair.", at={"pairs": (4, 16), "seed": (0, 8)},
          holds=lambda a: _shares(a) == [100, 100, 100]),
    Claim("From a sharpness of 4 on the softmax recalls all of 32 random keys, but for a value that was drawn twice.",
          at={"keys": "random", "pairs": PAIRS, "sharpness": (4, 16), "seed": (0, 10)},
          holds=lambda a: a["attention_now"] > 0.99),
    Claim("With β = 0.25 the delta rule recalls 85 % of 16 random keys, and so does the sum.",
          at={"keys": "random", "beta": 0.25}, holds=lambda a: bool(a["most"])),
]

"""When does it matter how large the scores are?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.attention import additive_scores, attention_weights, dot_scores, general_scores
from live_figures import Challenge, Claim, Signal, Slider, Try, draw, random, short

title = "When does it matter how large the scores are?"
caption = (
    "A random query meets eight random keys of d numbers each: the numbers are its scores e, the bars their softmax w; "
    "the curves are the spread of such scores and the sum of the slopes ∂w/∂e, without any training, over 1000 draws, "
    "and the dots are this draw."
)
alt = (
    "Eight rows, one a key, and four columns, one a score, with the score as a number and its weight as a bar; and "
    "two plots over the dimension d with a curve and a dot for each of the four scores: the spread of the scores, and "
    "the sum of the slopes of the softmax."
)

KEYS, LARGEST, UNITS = 8, 100, 16  # keys, largest d, units of the additive score
SQUARES, DRAWS = tuple(n * n for n in range(1, 11)), 1000  # the d of the curves
SCORES = {"additive": (3, "dashdot", "diamond"), "dot": (1, "solid", "circle"), "general": (2, "dash", "square"),
          "scaled dot": (0, "dot", "triangle-up")}  # colour, line and mark
HIGHEST, WIDEST = 16.0, 46.0  # of the axis of the spread; units of a bar of 100 %

controls = [
    Slider(name="d", label="Dimension d", min=1, max=LARGEST, step=1, value=4, integer=True),
    Slider(name="turn", label="Query turned by", unit="°", min=0, max=360, step=10, value=0),
    Slider(name="length", label="Query length", unit="times", min=0.1, max=2, step=0.1, value=1),
    Slider(name="seed", label="Another draw", min=0, max=99, step=1, value=3, integer=True),
]


def consts():
    """The matrices, and the curves (SCORES, SQUARES) of the spread and of the sum of the slopes of the softmax."""
    rng = np.random.default_rng(0)
    matrices = {"projections": short(rng.normal(size=(2, LARGEST, UNITS))), "v": short(rng.normal(size=UNITS)),
                "W": short(rng.normal(size=(LARGEST, LARGEST)))}
    spread, slopes = [], []
    for d in SQUARES:
        query, keys = rng.normal(size=(DRAWS, d)), rng.normal(size=(KEYS, DRAWS, d))
        scores = _scores(np, query, keys, d, matrices["projections"][:, :d], matrices["v"], matrices["W"][:d, :d])
        spread.append([np.std(score) for score in scores])
        slopes.append([np.mean(_slopes(np, attention_weights(score))) for score in scores])
    return matrices | {"spread": np.array(spread).T.astype(np.float32), "slopes": np.array(slopes).T.astype(np.float32)}


def _scores(xp, query, keys, d, projections, v, W):
    """The four scores; their matrices leave the entries of a vector about as large as they are, v has length 1."""
    W_q, W_k = (projections[k, ...] / d**0.5 for k in (0, 1))
    dot = dot_scores(query, keys)
    return (additive_scores(query, keys, W_q, W_k, v / xp.linalg.vector_norm(v)), dot,
            general_scores(query, keys, W / d**0.5), dot / d**0.5)  # padded with zeros, the keys are longer than d


def _slopes(xp, weights):
    """The sum over s of dw_s/de_s = w_s (1 - w_s), for weights (S, B)."""
    return 1.0 - xp.sum(weights * weights, axis=0)


def compute(consts, d, turn, length, seed):
    xp = array_namespace(d)
    inside = xp.arange(LARGEST) < d  # the numbers behind the d-th are 0: they add nothing to any product
    keys, ends = (xp.where(inside, random.normal(seed, (n, LARGEST), stream, xp), 0.0)
                  for stream, n in enumerate((KEYS, 2)))
    angle = turn * (np.pi / 180.0)
    query = length * (xp.cos(angle) * ends[:1, :] + xp.sin(angle) * ends[1:, :])
    size = xp.astype(d, xp.float64)
    matrices = (consts[name] for name in ("projections", "v", "W"))
    projections, v, W = matrices
    e = xp.concat(_scores(xp, query, keys[:, None, :], size, projections, v, W), axis=1)
    w = attention_weights(e)
    spread, slopes, largest = xp.std(e, axis=0), _slopes(xp, w), xp.max(w, axis=0)
    return {
        "q": query[0, :], "k": keys, "through": (query @ (W / size**0.5))[0, :], "v": v / xp.linalg.vector_norm(v),
        "hidden": (query @ projections[0, ...] + keys @ projections[1, ...]) / size**0.5,
        "e": e, "w": w, "wide": WIDEST * w, "d": d, "at": size[None], "spread": consts["spread"],
        "slopes": consts["slopes"], "spread_now": spread, "spread_mark": xp.minimum(spread, HIGHEST),
        "slopes_now": slopes, "largest": largest, "best": xp.argmax(w, axis=0) + 1,
        "tamed": (d == LARGEST) & (largest[1] < 0.3), "sure": largest[3] > 0.8,
    }


def figure(arrays):
    fig = plots.stacked({"spread of e": {}, "sum of slopes": {}}, x_title="dimension d", x_range=[0, LARGEST + 3],
                        panel_height=130, showlegend=True,
                        y_ranges={"spread of e": (0, HIGHEST + 0.5), "sum of slopes": (0, 1)})
    for axis, curve, mark in (("y", "spread", "spread_mark"), ("y2", "slopes", "slopes_now")):
        for k, (name, (color, dash, symbol)) in enumerate(SCORES.items()):
            paint = {"color": plots.COLORS[color]}
            fig.add_scatter(x=np.array(SQUARES), y=arrays[curve][k], name=name, mode="lines", yaxis=axis,
                            line=paint | {"dash": dash}, showlegend=axis == "y")
            fig.add_scatter(x=arrays["at"], y=arrays[mark][k : k + 1], name=f"{name}, this draw", mode="markers",
                            yaxis=axis, marker=paint | {"size": 9, "symbol": symbol}, showlegend=False)
    return fig


def diagram():
    columns = [draw.signal(name.split()[0], draw.panel(*_column(k, name, f"c{color}"), x=26 + 90 * k))
               for k, (name, (color, *_)) in enumerate(SCORES.items())]
    rows = [draw.label(2, _height(s), f"k_{s + 1}", anchor="start") for s in range(KEYS)]
    return draw.svg(384, 26 + 22 * KEYS, *rows, *columns)


def _height(s):
    return 38 + 22 * s


def _column(k, name, color):
    """One score: its value for every key, and the bar of its weight."""
    yield draw.label(42, 12, name, bold=True, color=color)
    for s in range(KEYS):
        y = _height(s)
        yield draw.label(37, y, anchor="end", live={"text": f"e[{s}][{k}]:.2f"})
        yield f'<path d="M41 {y - 11}v22" class="fill-none stroke-muted"/>'
        yield (f'<rect x="41" y="{y - 7}" height="14" class="fill-{color} stroke-none" '
               f'data-live="width=wide[{s}][{k}]"/>')



def _weight(k):
    """The weight of a key under score number `k`, as a bar shows it."""
    score = ("additive", "dot", "general", "scaled")[k]
    return Signal("w_[s]", f"w[s][{k}]", f"weight, {list(SCORES)[k]}", f"exp({score}[s]) / "
                  f"sum(exp({score}[j]) for j in range({KEYS}))", "", f"c{list(SCORES.values())[k][0]}", ".1%",
                  mark=f"wide[s][{k}]")


signals = {
    "additive": Signal("e_[s]", "e[s][0]", "additive score", f"sum(v[j] * tanh(a[s][j]) for j in range({UNITS}))",
                       "A small network between query and key.", "c3"),
    "dot": Signal("q k_[s]", "e[s][1]", "dot product", "sum(q[j] * key[s][j] for j in range(d))",
                  "One product for each of the d numbers.", "c1",
                  words=("dot products", "unscaled scores")),
    "general": Signal("e_[s]", "e[s][2]", "general score", "sum(qW[j] * key[s][j] for j in range(d))",
                      "The query goes through a matrix first.", "c2"),
    "scaled": Signal("e_[s]", "e[s][3]", "scaled dot product", "dot[s] / sqrt(d)", "The dot product over √d.", "c0",
                     words=("with the root", "root"), line="scaled dot"),
    "q": Signal("q_[j]", "q[j]", "number of the query"), "key": Signal("k_[j]", "k[s][j]", "number of the key"),
    "qW": Signal("(qW)_[j]", "through[j]", "number of the query through W"),
    "v": Signal("v_[j]", "v[j]", "output weight"),
    "a": Signal("a_[j]", "hidden[s][j]", "what comes to a hidden unit"),
    "d": Signal("d", "d", "dimension", format="d"),
    **{f"w_{k}": _weight(k) for k in range(len(SCORES))},
}
readout = (
    "At d = {d:d} the dot product gives {largest[1]:.1%} of the weight to key {best[1]:d}, the scaled one "
    "{largest[3]:.1%} to key {best[3]:d}; the slopes add to {slopes_now[1]:.3f} and {slopes_now[3]:.3f}."
)
challenges = [
    Challenge("With d = 100, keep every weight of the dot product below 30 %.", met="tamed"),
    Challenge("Let one key have more than 80 % of the weight of the scaled dot product.", met="sure"),
]


def _percent(weight):
    return f"{float(weight):.1%}"


tries = [
    Try(ask="At d = 4 the dot product gives one key 55 % of the weight. Let query and keys have 100 numbers each, "
            "drawn as before. How large will its largest weight be?",
        guesses=("About as large.", "Smaller: there is more to share.", "Nearly 100 %."), right=2,
        do="Set the dimension to 100.", at={"d": 100},
        says="99.7 %. The scores are sums of 100 products, and the spread of a sum grows as √d. Keys 7 and 8 are 6 "
             "apart, for the softmax a factor of nearly 400. The slopes now add to 0.005: next to no gradient passes.",
        holds=lambda a: _percent(a["largest"][1]) == "99.7%" and round(float(a["e"][7, 1] - a["e"][6, 1])) == 6
        and 380 < a["w"][7, 1] / a["w"][6, 1] < 400 and round(float(a["slopes_now"][1]), 3) == 0.005),
    Try(ask="The scaled dot product divides the same scores by √d. To which key does it give most at d = 100?",
        guesses=("To the same one.", "To another one.", "About equally to all."), right=0,
        do="Set the dimension to 100 and compare the two columns.", at={"d": 100},
        says="To the same one, key 8: 43 %. Dividing keeps the order of the keys; it keeps the others in play, too, "
             "and the slopes add to 0.73.",
        holds=lambda a: a["best"][1] == a["best"][3] == 8 and f"{a['largest'][3]:.0%}" == "43%"
        and np.array_equal(np.argsort(a["e"][:, 1]), np.argsort(a["e"][:, 3]))
        and round(float(a["slopes_now"][3]), 2) == 0.73),
    Try(ask="At d = 100, make the query a tenth as long. Which weights will the dot product have then?",
        guesses=("Those that the scaled one had.", "All equal.", "The same as before."), right=0,
        do="Set the dimension to 100, and the length of the query to 1, then to 0.1.",
        at=({"d": 100, "length": 1}, {"d": 100, "length": 0.1}),
        says="Those of the scaled one before, as √100 is 10. A matrix that makes the queries can hold that factor as "
             "well, so the division gives a network nothing that it could not learn: it decides where learning starts.",
        holds=lambda long, short: np.allclose(long["w"][:, 3], short["w"][:, 1])),
    Try(ask="At d = 4 key 2 has most. Turn the query round: to which key will the dot product give most?",
        guesses=("Key 2, as before.", "Key 4, which had the smallest score.", "That cannot be known."), right=1,
        do="Set the dimension to 4, the length to 1, and the turn to 0°, then to 180°.",
        at=({"d": 4, "length": 1, "turn": 0}, {"d": 4, "length": 1, "turn": 180}),
        says="Key 4. Scores of dot, general and scaled dot change their signs, which reverses the order of the keys.",
        holds=lambda a, b: (a["best"][1], b["best"][1], a["e"][:, 1].argmin()) == (2, 4, 3)
        and np.allclose(a["e"][:, 1:], -b["e"][:, 1:])),
    Try(ask="And the additive score: which key is first for the query that is turned round?",
        guesses=("The one that was last.", "Here the same as before."), right=1,
        do="With dimension 4 and length 1, turn the query to 0°, then to 180°.",
        at=({"d": 4, "length": 1, "turn": 0}, {"d": 4, "length": 1, "turn": 180}),
        says="Here the same, key 2: query and key go through one tanh together, and no sign comes out of it again. "
             "Its scores are bounded, too: a tanh is at most 1, so that no |e| can pass the sum of |v|, whatever d is.",
        holds=lambda a, b: a["best"][0] == b["best"][0] == 2
        and np.abs([a["e"][:, 0], b["e"][:, 0]]).max() < UNITS**0.5),
]
claims = [
    Claim("The spread of dot and general grows as √d, that of scaled dot stays at 1, that of additive below 0.9.",
          at={}, holds=lambda a: np.allclose(a["spread"][1] / np.sqrt(SQUARES), 1, atol=0.05)
          and np.allclose(a["spread"][2][1:] / np.sqrt(SQUARES[1:]), 1, atol=0.2)
          and np.allclose(a["spread"][3], 1, atol=0.05) and bool((a["spread"][0] < 0.9).all())),
    Claim("Under dot and general the slopes shrink to about 0.15 at d = 100, under scaled dot and additive they stay "
          "above 0.75.", at={},
          holds=lambda a: np.allclose(a["slopes"][1:3, -1], 0.15, atol=0.02) and np.all(a["slopes"][[0, 3]] > 0.75)),
    Claim("The draw that opens is no rare one: at d = 100 the largest dot weight of the 100 draws has a median of "
          "99.1 %, and 64 of them are above 95 %.",
          at=tuple({"d": LARGEST, "seed": seed} for seed in range(100)),
          holds=lambda *draws: _percent(np.median([a["largest"][1] for a in draws])) == "99.1%"
          and sum(bool(a["largest"][1] > 0.95) for a in draws) == 64),
    Claim("At d = 1 the scaled and the plain dot product are one.", at={"d": 1},
          holds=lambda a: np.array_equal(a["e"][:, 1], a["e"][:, 3])),
    Claim("The weights add to 1, and the slopes are w (1 - w) of each.",
          at={"d": (1, LARGEST), "turn": (0, 360), "length": (0.1, 2)},
          holds=lambda a: np.allclose(a["w"].sum(0), 1)
          and np.allclose((a["w"] * (1 - a["w"])).sum(0), a["slopes_now"])),
    Claim("No additive score passes 4, the most that sixteen |v| of length 1 can add to.",
          at={"d": (1, LARGEST), "turn": (0, 360), "length": (0.1, 2), "seed": (0, 99)},
          holds=lambda a: np.abs(a["e"][:, 0]).max() <= UNITS**0.5),
    Claim("The first challenge can be met, by a short query.", at={"d": LARGEST, "length": 0.1, "turn": 100},
          holds=lambda a: bool(a["tamed"])),
    Claim("The second challenge can be met.", at={"d": 4, "length": 2, "turn": 300},
          holds=lambda a: bool(a["sure"])),
]

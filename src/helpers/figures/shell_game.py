"""Can a linear recurrence follow the ball in a shell game?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.linear import householder_states
from helpers.sequence import pick, scan
from live_figures import Challenge, Claim, Signal, Slider, Try, draw, random

title = "Can a linear recurrence follow the ball in a shell game?"
caption = (
    "A cup is as full as the weight that the state gives it, the curve is the share of 50 games in which the fullest "
    "cup (by twelve digits) is the one with the ball, and a swap of cups i and j multiplies the state by I − βvvᵀ with "
    "v = (eᵢ − eⱼ)/√2."
)
alt = (
    "Up to five cups in a row, filled to the weights of the state, an arc over the two that were swapped last and a "
    "ball under the cup where it really is. Next to them, a curve over the number of swaps on a logarithmic axis: the "
    "share of games in which the guess is right, beside the share that guessing gets."
)

MOST, GAMES, CUPS = 1000, 50, 5
SHARED = 12  # swaps out of one random number, whose 53 bits are enough for them
PAIRS = tuple((i, j) for j in range(CUPS) for i in range(j))  # the first n (n - 1) / 2 are those of n cups
ASKED = tuple(np.unique(np.geomspace(1, MOST, 49).round().astype(int)).tolist())  # where the curve has its points
EQUAL = 1e-12  # weights that differ by less count as equal: rounding alone parts them
WIDTH, FULL, FLOOR = 72, 64.0, 120.0  # from cup to cup, a full cup, its lower edge

controls = [
    Slider(name="beta", label="β of a swap", min=0, max=2, step=0.05, value=1.5),
    Slider(name="swaps", label="Swaps", min=1, max=MOST, step=1, value=5, log=True, integer=True),
    Slider(name="cups", label="Cups", min=3, max=CUPS, step=1, value=3, integer=True),
    Slider(name="seed", label="Another game", min=0, max=99, step=1, value=0, integer=True),
]


def consts():
    cups = np.eye(CUPS)
    first, second = np.array(PAIRS).T
    return {"v": (cups[first] - cups[second]) / np.sqrt(2), "first": first, "second": second, "start": cups[:1],
            "asked": np.array(ASKED) - 1}


def compute(consts, beta, swaps, cups, seed):
    xp = array_namespace(consts["v"])
    drawn = _drawn(xp, seed, cups * (cups - 1) // 2)
    v = xp.reshape(xp.take(consts["v"], xp.reshape(drawn, (-1,)), axis=0), (MOST, GAMES, CUPS))
    state = householder_states(xp.broadcast_to(consts["start"], (GAMES, CUPS)), v, beta)
    ball = _follow(xp, *(xp.reshape(xp.take(consts[name], xp.reshape(drawn, (-1,))), (MOST, GAMES))
                         for name in ("first", "second")))

    last = swaps - 1
    here, under = pick(state, last)[0, :], pick(ball, last)[0]
    right = _right(xp, xp.take(state, consts["asked"], axis=0), xp.take(ball, consts["asked"], axis=0))
    now = _right(xp, pick(state, last), pick(ball, last))
    chance = 1.0 / xp.astype(cups, xp.float64)
    index, asked = xp.arange(CUPS), consts["asked"]
    was = pick(xp.concat([consts["start"], state[:-1, 0, :]]), last)
    i, j = (pick(consts[name], pick(drawn, last)[0]) for name in ("first", "second"))
    partner = xp.where(index == i, pick(was, j), xp.where(index == j, pick(was, i), was))
    drawn_to = xp.sum(xp.astype(asked <= last, xp.int64)) - 1  # the reader is asked about what comes later
    upto = xp.minimum(xp.arange(len(ASKED)), drawn_to)
    return {
        "weight": here, "was": was, "partner": partner, "full": FULL * here, "top": FLOOR - FULL * here, "now": now,
        "share": xp.take(right, upto), "until": xp.log10(1.0 + xp.take(asked, upto)),
        "chance": xp.stack([chance, chance]), "at": xp.log10(xp.stack([swaps, swaps]) * 1.0),
        "shift": 0.5 * WIDTH * xp.astype(CUPS - cups, xp.float64),
        "there": xp.astype(index < cups, xp.float64), "ball": xp.astype(index == under, xp.float64),
        "arc": xp.astype(xp.arange(len(PAIRS)) == pick(drawn, last)[0], xp.float64),
        "swaps": swaps, "cup": under + 1, "held": pick(here, under), "right": xp.round(GAMES * now),
        "kept": (beta < 1.99) & (swaps >= 200) & (now >= 0.9), "lost": (swaps <= 5) & (now <= 0.5) & (beta > 0.5),
    }


def _drawn(xp, seed, pairs):
    """Which of the pairs is swapped at each step of each game: uniform numbers read as numerals of base `pairs`."""
    rest, swaps = random.uniform(seed, (-(-MOST // SHARED), GAMES), xp=xp), []
    for _ in range(SHARED):
        rest = rest * pairs
        swaps.append(xp.floor(rest))
        rest = rest - swaps[-1]
    return xp.astype(xp.reshape(xp.stack(swaps), (-1, GAMES))[:MOST, :], xp.int64)


def _follow(xp, first, second):
    """Where the ball is after each swap, for every game, from cup 0: by moving it, not by matrices."""

    def swap(carry, pair):
        (at,), (i, j) = carry, pair
        at = xp.where(at == i, j, xp.where(at == j, i, at))
        return (at,), (at,)

    return scan(swap, (xp.zeros_like(first[0, :]),), (first, second))[1][0]


def _right(xp, state, ball):
    """The share of games in which the fullest cup is the ball's; equally full ones share the guess."""
    fullest = xp.astype(state >= xp.max(state, axis=-1, keepdims=True) - EQUAL, xp.float64)
    hit = xp.sum(fullest * xp.astype(ball[..., None] == xp.arange(CUPS), xp.float64), axis=-1)
    return xp.mean(hit / xp.sum(fullest, axis=-1), axis=-1)


def figure(arrays):
    fig = plots.figure(x_title="swaps", y_title="guessed right", y_range=[0, 1.05], height=260)
    fig.add_scatter(x=arrays["until"], y=arrays["share"], name="the fullest cup", mode="lines+markers",
                    line={"color": plots.color("cell")}, marker={"size": 5})
    fig.add_scatter(x=np.array([0.0, 3.0]), y=arrays["chance"], name="any cup", mode="lines",
                    line={"color": plots.color("baseline"), "dash": "dash"})
    plots.cursor(fig, arrays["at"], high=1.05)
    return fig.update_layout(xaxis=plots.powers_of_ten(0, 3, 1) | {"range": [-0.06, 3.06]})


def diagram():
    arcs = [_arc(*pair, k) for k, pair in enumerate(PAIRS)]
    return draw.svg(380, 172, draw.panel(*arcs, *(_cup(k) for k in range(CUPS)), live={"x": "shift"}))


def _x(k):
    return 46 + WIDTH * k


def _arc(i, j, k):
    """The last swap: an arc between its two cups."""
    middle, height = (_x(i) + _x(j)) / 2, 22 - 10 * (j - i)
    return (f'<path d="M{_x(i)} 34Q{middle:g} {height:g} {_x(j)} 34" class="fill-none stroke-c1" stroke-width="2" '
            f'data-live="show=arc[{k}]"/>')


def _cup(k):
    """A cup, filled to its weight from below, with the weight over it and the ball, if it is there, under it."""
    x = _x(k)
    fill = (f'<rect x="{x - 24}" y="{FLOOR:g}" width="48" height="0" class="fill-a0 stroke-none" '
            f'data-live="y=top[{k}]; height=full[{k}]"/>')
    return draw.group(
        draw.signal("weight", fill, draw.box(x, FLOOR - FULL / 2, 48, FULL, fill="none", radius=3),
                    draw.label(x, FLOOR - FULL - 12, size=13, bold=True, live={"text": f"weight[{k}]:.2f"})),
        draw.node(x, FLOOR + 14, r=8, fill="c1", stroke="none", live={"show": f"ball[{k}]"}),
        draw.label(x, FLOOR + 36, f"cup {k + 1}", color="muted"), live={"show": f"there[{k}]"})


signals = {
    "weight": Signal("w_[k]", "weight[k]", "weight", "was[k] - beta / 2 * (was[k] - partner[k])",
                     "What the last swap made of it; a cup that was not swapped is its own partner.", "c0",
                     words=("cups", "difference")),
    "fullest": Signal(words=("fullest cup",), line="the fullest cup", color="c0"),
    "was": Signal("v_[k]", "was[k]", "weight before the swap"),
    "partner": Signal("v'_[k]", "partner[k]", "weight of the other cup"), "beta": Signal("β", "beta", "strength"),
}
readout = (
    "After {swaps:d} swaps the ball is under cup {cup:d}, which holds {held:.2f} of the weight; in {right:.0f} of 50 "
    "games the guess is right."
)
challenges = [
    Challenge("With a β below 2, guess right in 45 of 50 games after 200 swaps or more.", met="kept"),
    Challenge("With a β above 0.5, lose the ball within 5 swaps: guess right in at most 25 games.", met="lost"),
]
tries = [
    Try(ask="At β = 1.5 the guess is right in 48 of 50 games after 5 swaps. And after 100?",
        guesses=("Still in about 48.", "In about one game of three.", "In none."), right=1,
        do="With three cups and β = 1.5, set the swaps to 100.", at={"beta": 1.5, "cups": 3, "swaps": 100},
        says="In about one game of three, no more than for a cup named at random: all three hold 0.33 of the weight.",
        holds=lambda a: 0.28 <= a["now"] <= 0.42 and [round(float(w), 2) for w in a["weight"][:3]] == [0.33] * 3),
    Try(ask="At β = 2, I − βvvᵀ is a reflection: it exchanges two entries of the state and leaves the others alone. "
            "After how many swaps is the ball lost?",
        guesses=("After about 100.", "After about 1000.", "Never."), right=2,
        do="Set β to 2 and the swaps to 1000.", at={"beta": 2, "swaps": MOST},
        says="Never: the whole weight is in one cup, and it is the ball's in all 50 games, at every number of swaps.",
        holds=lambda a: bool((a["share"] == 1).all()) and abs(a["held"] - 1) < 1e-9),
    Try(ask="At β = 1 both swapped cups get the mean of what they held. In how many of the 50 games will the guess be "
            "right after 5 swaps?",
        guesses=("In nearly all.", "In about 35.", "In fewer than 25."), right=2,
        do="Set β to 1 and the swaps to 5.", at={"beta": 1, "swaps": 5},
        says="In 20. After one swap nothing tells the two cups apart, and later swaps can only mix more.",
        holds=lambda a: a["right"] == 20),
    Try(ask="At β = 1.8 less than half of the weight is in the ball's cup after 20 swaps. In how many games is the "
            "guess right, then and after 1000 swaps?",
        guesses=("In all, then in all.", "In all, then in one of three.", "In half, then in one of three."), right=1,
        do="Set β to 1.8 and the swaps to 20, then to 1000.",
        at=({"beta": 1.8, "swaps": 20}, {"beta": 1.8, "swaps": MOST}),
        says="In all 50: the ball's cup holds 0.44, still the most. But I − βvvᵀ is a tenth of I and nine tenths of "
             "the swap, as if one swap in ten were not made, and after 1000 of them the weights are equal.",
        holds=lambda early, late: early["right"] == 50 and round(float(early["held"]), 2) == 0.44
        and abs(late["now"] - 1 / 3) < 0.02),
]
claims = [
    Claim("The weights are never negative and add up to 1, whatever β is.",
          at={"beta": (0, 2), "swaps": (1, 41), "cups": (3, 5), "seed": (0, 2)},
          holds=lambda a: a["weight"].min() > -1e-12 and abs(a["weight"].sum() - 1) < 1e-9),
    Claim("At β = 2 no game of any number of cups is lost.",
          at={"beta": 2, "swaps": MOST, "cups": (3, 5), "seed": (0, 9)},
          holds=lambda a: bool((a["share"] == 1).all())),
    Claim("At β = 1.5 and at β = 1.8 nothing is left after 1000 swaps, with any number of cups.",
          at={"beta": (1.5, 1.8), "swaps": MOST, "cups": (3, 5)},
          holds=lambda a: abs(a["now"] - a["chance"][0]) < 0.02),
    Claim("At β = 1.95 after 1000 swaps every cup holds 0.33, and the fullest is still the right one in most games.",
          at={"beta": 1.95, "swaps": MOST, "seed": (0, 9)},
          holds=lambda a: abs(a["held"] - 1 / 3) < 0.005 and a["now"] > 0.8),
    Claim("At β = 0 the state stays where the ball was at first.", at={"beta": 0, "swaps": MOST},
          holds=lambda a: a["weight"].tolist() == [1, 0, 0, 0, 0]),
]

"""Do the same weights give the same states in two conventions of the GRU?"""

import itertools

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import GRUParams, gru_step
from helpers.params import normal
from helpers.sequence import gru, pick, scan
from live_figures import Challenge, Choice, Claim, Signal, Slider, Toggle, Try, draw, short

title = "Do the same weights give the same states in two conventions of the GRU?"
caption = (
    "Two GRUs of two units get the same weights and the same input: the wide line is torch's, and the dashed one "
    "follows the other formulas, of which the coloured ones differ."
)
alt = (
    "The formulas of two conventions of the GRU, and next to them the hidden states of two units over 40 steps in "
    "both, with the largest difference at each step."
)

H, T, SETS = 2, 40, 8
N_AFTER = "n_t = tanh(W_{xn} x_t + r_t ⊙ (W_{hn} h_{t-1} + b_{hn}) + b_n)"
N_BEFORE = "n_t = tanh(W_{xn} x_t + W_{hn} (r_t ⊙ h_{t-1}) + b_{hn} + b_n)"
Z_KEEPS, Z_WRITES = "h_t = z_t ⊙ h_{t-1} + (1 − z_t) ⊙ n_t", "h_t = (1 − z_t) ⊙ h_{t-1} + z_t ⊙ n_t"

controls = [
    Choice(name="differs", label="What differs", options=("update", "reset", "both"), value="update",
           labels=("what z does", "where r stands", "both")),
    Toggle(name="negated", label="Negate z’s weights", value=False),
    Slider(name="cross", label="n across units", unit="×", min=0, max=2, step=0.05, value=1.0),
    Slider(name="reset", label="Scale of r", unit="×", min=0, max=2, step=0.05, value=1.0),
    Slider(name="b_hn", label="Recurrent bias", min=-2, max=2, step=0.05, value=0.0),
    Slider(name="weights", label="Set of weights", min=1, max=SETS, step=1, value=3, integer=True),
]


def consts():
    turn = 2 * np.pi * np.arange(T)
    wave = 1.5 * np.sin(turn / 20) + 0.5 * np.sin(turn / 7)
    r, z, n = np.repeat(np.eye(3), H, axis=1)  # which columns of the weights belong to which gate
    return {
        "W_x": short(normal((SETS, 1, 3 * H), 1.5, seed=11)), "W_h": short(normal((SETS, H, 3 * H), 1.5, seed=12)),
        "b": short(normal((SETS, 3 * H), 0.5, seed=13)), "x": short(wave[:, None, None]),
        "r": r, "n": n, "sign": 1 - 2 * z, "cross": n * np.tile(1 - np.eye(H), 3), "start": np.zeros((1, H)),
    }


def compute(consts, differs, negated, cross, reset, b_hn, weights):
    xp = array_namespace(consts["x"])
    x, scale = consts["x"], 1.0 + (reset - 1.0) * consts["r"]
    W_x, W_h, b = (scale * pick(consts[name], weights - 1) for name in ("W_x", "W_h", "b"))
    params = GRUParams(W_x, (1.0 + (cross - 1.0) * consts["cross"]) * W_h, b, b_hn * consts["n"])
    trace = gru(params, x)
    # sigmoid(-a) = 1 - sigmoid(a): negated, z is what 1 - z was
    theirs = GRUParams(*(consts["sign"] * part for part in params)) if negated else params
    after = differs == "update"
    keeps = differs == "reset"
    h = gru(theirs, x, reset_after=False).h if keeps else _where_z_writes(theirs, x, consts["start"], after)
    torch, other = (xp.matrix_transpose(states[:, 0, :]) for states in (trace.h, h))
    apart = xp.max(xp.abs(torch - other), axis=0)
    worst = xp.max(apart)
    flags = {"after": after, "before": not after, "keeps": keeps, "writes": not keeps, "negated": negated}
    return {name: xp.asarray(float(shown)) for name, shown in flags.items()} | {
        "torch": torch, "other": other, "apart": apart, "worst": worst,
        "lowest": xp.min(trace.r), "highest": xp.max(trace.r),
        "alike": (worst < 1e-12) & (differs == "both"),
        "far": (worst > 1.0) & (b_hn == 0.0) & (keeps and not negated),
    }


def _where_z_writes(params, x, h, reset_after):
    """The states of the convention in which z writes: gates and candidate are those of the course's own equation."""
    def step(state, now):
        gates = gru_step(params, now[0], state[0], reset_after)
        h = (1.0 - gates.z) * state[0] + gates.z * gates.n
        return (h,), (h,)

    return scan(step, (h,), (x,))[1][0]


def figure(arrays):
    panels = {f"state {k + 1}": {"torch": arrays["torch"][k], "the other": arrays["other"][k]} for k in range(H)}
    fig = plots.stacked(panels | {"difference": {"largest difference": arrays["apart"]}}, np.arange(1, T + 1),
                        x_title="step t", x_range=[0, T + 1], panel_height=120,
                        y_ranges=dict.fromkeys(panels, (-1.1, 1.1)) | {"difference": (-0.05, 2.05)})
    styles = {"torch": ("hidden", "solid", 5), "the other": ("update", "dash", 2.5),
              "largest difference": ("baseline", "solid", 2)}
    for k, line in enumerate(fig.data):
        name, dash, width = styles[line.name]
        line.update(line={"color": plots.color(name), "dash": dash, "width": width}, showlegend=k < 2)
    return fig


def diagram():
    """The formulas of both conventions; those of the other one that differ stand in its colour."""
    rows = [
        draw.label(8, 12, "torch", size=13.5, color="c5", anchor="start", bold=True),
        _formula(33, N_AFTER), _formula(55, Z_KEEPS),
        draw.label(8, 86, "the other", size=13.5, color="c1", anchor="start", bold=True),
        draw.label(86, 86, "with the weights and biases of z negated", color="c1", anchor="start",
                   live={"show": "negated"}),
        _formula(107, N_AFTER, live={"show": "after"}), _formula(107, N_BEFORE, color="c1", live={"show": "before"}),
        _formula(129, Z_KEEPS, live={"show": "keeps"}), _formula(129, Z_WRITES, color="c1", live={"show": "writes"}),
    ]
    return draw.svg(380, 142, *rows)


def _formula(y, text, color="ink", live=None):
    return draw.label(8, y, text, size=14, color=color, anchor="start", live=live)


signals = {"torch": Signal(words=("torch",), line="torch", color="c5")}
readout = (
    "Over 40 steps the two states differ by at most {worst:.3g}; torch's r goes from {lowest:.2f} to {highest:.2f}."
)
challenges = [
    Challenge("Let both differ, and make the two states agree.", met="alike"),
    Challenge("Let only the place of r differ, without the negation and the recurrent bias, and bring the states more "
              "than 1 apart.", met="far"),
]
RESET, ROUNDING = {"differs": "reset", "negated": False}, 1e-12


def _apart(a):
    """The largest difference, as the readout writes it."""
    return float(f"{a['worst']:.3g}")


tries = [
    Try(ask="In one GRU z keeps, in the other it writes: with the same weights the states differ by up to 1.13. Can "
            "other weights make them the same?",
        guesses=("No, these are two different networks.", "Yes, by a change of sign."), right=1,
        do="Choose “what z does”, and negate z’s weights.",
        at=({"differs": "update", "negated": False}, {"differs": "update", "negated": True}),
        says="Yes: σ(−a) = 1 − σ(a), so with the weights and biases of z negated, z of the one is 1 − z of the other "
             "at every step. What is left of the difference is rounding.",
        holds=lambda plain, negated: _apart(plain) == 1.13 and negated["worst"] < ROUNDING),
    Try(ask="Now z does the same in both, but in the other GRU r stands before the product. Do the same weights give "
            "the same states?",
        guesses=("Yes, it is the same gate and the same product.", "No."), right=1,
        do="Choose “where r stands” and switch the negation off.", at=RESET,
        says="No, they differ by up to 0.493. After the product a unit's own r scales all that its candidate recalls; "
             "before the product, what comes from each unit is scaled by the r of that unit.",
        holds=lambda a: _apart(a) == 0.493),
    Try(ask="Where only the place of r differs, does the change of sign help, too?",
        guesses=("Yes, it makes them the same.", "It brings them closer.", "It takes them further apart."), right=2,
        do="Choose “where r stands” and switch the negation on.", at=(RESET, RESET | {"negated": True}),
        says="It takes them further apart, from 0.493 to 1.03: z was the same in both, and now it is not.",
        holds=lambda plain, negated: (_apart(plain), _apart(negated)) == (0.493, 1.03)),
    Try(ask="Take away the weights of n across units, so that each candidate hears the state of its own unit only. "
            "Does the place of r still matter?",
        guesses=("Yes, the formulas still differ.", "No."), right=1,
        do="Choose “where r stands” without the negation, and set “n across units” to 0.",
        at=RESET | {"cross": 0},
        says="No: one r meets one product, and r (h w) = (r h) w. What is left is rounding.",
        holds=lambda a: a["worst"] < ROUNDING),
    Try(ask="Each candidate hears both units again, but r is constant: with its weights and biases at 0 it is 0.50 in "
            "both, at every step. Does its place matter?",
        guesses=("Yes, the candidates hear both units again.", "No."), right=1,
        do="Choose “where r stands”, set “n across units” to 1 and “Scale of r” to 0.",
        at=RESET | {"cross": 1, "reset": 0},
        says="No: one number for both units can be taken out of the product.",
        holds=lambda a: a["worst"] < ROUNDING and a["lowest"] == a["highest"] == 0.5),
    Try(ask="Once more, let each candidate hear its own unit only, with a reset gate that moves. Now give it a "
            "recurrent bias of 1. Do the states agree?",
        guesses=("Yes, as without the bias.", "No."), right=1,
        do="Set “n across units” to 0, “Scale of r” to 1 and the recurrent bias to 1.",
        at=RESET | {"cross": 0, "reset": 1, "b_hn": 1},
        says="No, they differ by up to 0.448. After the product the recurrent bias stands inside the reset, and r "
             "scales it; before the product it is added whole.",
        holds=lambda a: _apart(a) == 0.448),
]
claims = [
    Claim("With the weights and biases of z negated, the two meanings of z give the same states, for every set of "
          "weights and wherever the sliders stand.",
          at={"negated": True, "weights": (1, SETS), "cross": (0, 2), "reset": (0, 2), "b_hn": (-2, 2)},
          holds=lambda a: a["worst"] < ROUNDING),
    Claim("With none of the eight sets do the two places of r give the same states, and the negation always takes them "
          "further apart.",
          at=tuple(RESET | {"weights": k, "negated": on} for k in range(1, SETS + 1) for on in (False, True)),
          holds=lambda *a: all(0.01 < plain["worst"] < negated["worst"]
                               for plain, negated in zip(a[::2], a[1::2], strict=True))),
    Claim("Without weights of n across units and without a recurrent bias the place of r does not matter.",
          at=RESET | {"cross": 0, "weights": (1, SETS), "reset": (0, 2)}, holds=lambda a: a["worst"] < ROUNDING),
    Claim("Where r stands still, and without a recurrent bias, its place does not matter.",
          at=RESET | {"reset": 0, "weights": (1, SETS), "cross": (0, 2)}, holds=lambda a: a["worst"] < ROUNDING),
    Claim("The larger the weights of n across units, the more the place of r matters to this set of weights.",
          at=tuple(RESET | {"cross": cross} for cross in (0, 0.5, 1, 1.5, 2)),
          holds=lambda *a: all(x["worst"] + 0.01 < y["worst"] for x, y in itertools.pairwise(a))),
    Claim("With the weights and biases of r at a fifth its place matters already.", at=RESET | {"reset": 0.2},
          holds=lambda a: a["worst"] > 0.01),
]

"""How far back must the gradient go before it points the right way?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import RNNParams
from helpers.lags import lag_gradients, lag_signals, reach, truncated_gradients
from helpers.params import normal, orthogonal
from helpers.sequence import pick, rnn
from live_figures import Challenge, Claim, Signal, Slider, Try

title = "How far back must the gradient go before it points the right way?"
caption = (
    "The map shows the size of each term of the gradient in an untrained network that should give back its input of "
    "some steps ago; a truncated gradient keeps the terms left of its line, and the curves below compare it with the "
    "full one."
)
alt = (
    "Above, a map of the size of each term of the gradient by output step and lag, with a vertical line at the window "
    "and a saw-tooth line where chunks cut. Below, cosine and relative error of the truncated gradient against the "
    "window: the cosine jumps towards 1 where the window reaches the task's delay."
)

STEPS, BATCH, UNITS = 40, 8, 10
TINY = 1e-30
CURVES = (("cosine, every output reaches back", 5, "solid"), ("cosine, cut into chunks", 1, "dash"),
          ("error, every output reaches back", 5, "dot"), ("error, cut into chunks", 1, "dashdot"))

controls = [
    Slider(name="window", label="Window", unit="steps", min=1, max=STEPS, step=1, value=5, integer=True),
    Slider(name="delay", label="Delay", unit="steps", min=1, max=12, step=1, value=6, integer=True),
    Slider(name="gain", label="Recurrent gain", min=0.3, max=1.5, step=0.05, value=0.9),
    Slider(name="input_scale", label="Input scale", min=0.1, max=2.0, step=0.1, value=0.3),
]


def consts():
    windows = np.arange(1, STEPS + 1)
    return {
        "net": RNNParams(normal((1, UNITS), 1.0, seed=1), orthogonal(UNITS, 1.0, seed=2), np.zeros(UNITS)),
        "V": normal((UNITS, 1), 1 / np.sqrt(UNITS), seed=5),
        "x": normal((STEPS, BATCH, 1), 1.0, seed=3),
        "each": reach(STEPS, windows).astype(np.int32),
        "chunk": reach(STEPS, windows, windows).astype(np.int32),
    }


def output_errors(consts, states, delay):
    """dE_t/dh_t for E_t = (h_t V - x_{t-delay})^2 / 2; no target, and no error, before the first echo is due."""
    xp = array_namespace(states)
    steps = xp.arange(STEPS)
    echo = xp.take(consts["x"], xp.where(steps >= delay, steps - delay, 0), axis=0)
    due = xp.reshape(xp.where(steps >= delay, 1.0, 0.0), (STEPS, 1, 1))
    return (states @ consts["V"] - echo) * due @ xp.matrix_transpose(consts["V"])


def compare(truncated, full):
    """Cosine and relative error of each truncated gradient (W, H, H) against the full one (H, H)."""
    xp = array_namespace(full)
    norm = xp.sqrt(xp.sum(full * full)) + TINY
    norms = xp.sqrt(xp.sum(truncated * truncated, axis=(-2, -1))) + TINY
    cosine = xp.sum(truncated * full, axis=(-2, -1)) / (norms * norm)
    gap = truncated - full
    return cosine, xp.sqrt(xp.sum(gap * gap, axis=(-2, -1))) / norm


def compute(consts, window, delay, gain, input_scale):
    xp = array_namespace(consts["x"])
    params = consts["net"]._replace(W_x=input_scale * consts["net"].W_x, W_h=gain * consts["net"].W_h)
    trace = rnn(params, consts["x"])
    terms = lag_gradients(lag_signals(params, trace, output_errors(consts, trace.h, delay)))
    full = xp.sum(terms, axis=(0, 1))
    each, each_error = compare(truncated_gradients(terms, consts["each"]), full)
    chunk, chunk_error = compare(truncated_gradients(terms, consts["chunk"]), full)
    at = window - 1
    upto = xp.minimum(xp.arange(STEPS), at)  # longer windows are not drawn: the reader is asked about them
    shorter_fail = xp.all((chunk < 0.99) | (xp.arange(STEPS) >= at))
    sizes = xp.matrix_transpose(xp.sqrt(xp.sum(terms * terms, axis=(-2, -1))))
    return {
        "map": xp.log10(xp.clip(sizes / (xp.max(sizes) + TINY), 1e-6, 1.0)),
        "upto": xp.astype(upto + 1, full.dtype),
        "curves": xp.take(xp.stack([each, chunk, each_error, chunk_error]), upto, axis=1),
        "edge": xp.astype(pick(consts["chunk"], at), full.dtype) - 0.5, "line": xp.stack([window, window]) - 0.5,
        "marker": xp.stack([window, window]), "each": pick(each, at), "each_error": pick(each_error, at),
        "chunk": pick(chunk, at), "chunk_error": pick(chunk_error, at),
        "shortest": shorter_fail & (pick(chunk, at) >= 0.99) & (delay >= 8),
    }


def figure(arrays):
    steps, ticks = np.arange(STEPS), plots.powers_of_ten(-6, 0, 2)
    fig = plots.figure(x_title="lag k (above), window (below), steps", x_range=[-0.5, 40.5], height=620)
    # No term is above 1: the colours beyond are left free, so that the lines stand out where the terms are largest.
    fig.add_heatmap(z=arrays["map"], x=steps, y=steps + 1, zmin=-6, zmax=2, name="size of each term",
                    colorscale=plots.SEQUENTIAL,
                    colorbar={"orientation": "h", "y": 0.98, "yanchor": "bottom", "thickness": 8, "outlinewidth": 0,
                              "tickvals": ticks["tickvals"], "ticktext": ticks["ticktext"]})
    for key, y, name, color in (("line", [0.5, STEPS + 0.5], "kept: every output reaches back", 5),
                                ("edge", steps + 1, "kept: chunks", 1)):
        fig.add_scatter(x=arrays[key], y=y, name=name, mode="lines", showlegend=False,
                        line={"color": plots.COLORS[color], "width": 3})
    for row, (name, color, dash) in zip(arrays["curves"], CURVES, strict=True):
        fig.add_scatter(x=arrays["upto"], y=row, name=name, mode="lines", yaxis="y2",
                        line={"color": plots.COLORS[color], "dash": dash, "width": 2.5})
    plots.cursor(fig, arrays["marker"], name="chosen window", low=-0.2, high=1.4, yaxis="y2")
    return fig.update_layout(
        xaxis={"anchor": "y2"},
        yaxis={"domain": [0.62, 0.98], "title": {"text": "output t"}, "range": [0.5, 40.5]},
        yaxis2={"domain": [0.0, 0.4], "title": {"text": "cosine, relative error"}, "range": [-0.2, 1.4]},
        legend={"y": 0.41, "yanchor": "bottom"},
    )


signals = {
    "reach": Signal(words=("every output reaches back",), color="c0", line=(
        "kept: every output reaches back", "cosine, every output reaches back", "error, every output reaches back")),
    "chunks": Signal(words=("chunk", "chunks"), color="c1", line=(
        "kept: chunks", "cosine, cut into chunks", "error, cut into chunks")),
}
readout = (
    "Window {window:d}: if every output reaches back {window:d} steps, cosine {each:.4f}, error {each_error:.0%}; "
    "cut into chunks of {window:d}, cosine {chunk:.4f}, error {chunk_error:.0%}."
)
challenges = [
    Challenge("Set a delay of 8 or more and find the shortest window whose chunks reach a cosine of 0.99.",
              met="shortest"),
]


def _first(arrays, curve):
    """The shortest window at which a curve of cosines reaches 0.99."""
    return int(np.argmax(arrays["curves"][curve] >= 0.99)) + 1


tries = [
    Try(ask="The network should give back the input of six steps ago, and every output reaches back one window. How "
            "long must that be for a cosine of 0.99?",
        guesses=("3 steps, half of it.", "6 steps, like the delay.", "12 steps, twice the delay."), right=1,
        do="Move the window to 6.", at=({"window": 1}, {"window": 5}, {"window": 6}),
        says="6 steps. The cosine climbs from 0.42 to 0.91 at a window of 5 and jumps to 0.999 at 6, where the last "
             "terms come in that matter: they lead back to the input that is asked for.",
        holds=lambda one, short, enough: _first(enough, 0) == 6
        and f"{one['each']:.2f} {short['each']:.2f} {enough['each']:.3f}" == "0.42 0.91 0.999"),
    Try(ask="Now the sequence is cut into chunks. How long must they be for a cosine of 0.99?",
        guesses=("6 steps too.", "9 steps.", "13 steps, more than twice the delay."), right=2,
        do="Raise the window step by step, up to 17, and watch the cosine of the chunks.",
        at=({"window": 6}, {"window": 17}),
        says="13 steps. At 6 the cosine is 0.86: of a chunk only the last output reaches back 6 steps, and its first "
             "no further than itself. The curve does not climb all the way; at 16 and 17 it is below 0.99 again.",
        holds=lambda short, enough: _first(enough, 1) == 13 and f"{short['chunk']:.2f}" == "0.86"
        and short["edge"][:6].tolist() == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]
        and bool((enough["curves"][1, 15:17] < 0.99).all())),
    Try(ask="At a gain of 0.9, a window of 20 leaves an error below one per cent if every output reaches back. How "
            "much does it leave at a gain of 1.5?",
        guesses=("Still below one per cent.", "About 5 %.", "About 30 %."), right=2,
        do="Set the window to 20 and the gain to 1.5.", at=({"window": 20}, {"window": 20, "gain": 1.5}),
        says="About 30 %: the terms beyond the delay no longer fade. On average those of lags 20 to 29, which the "
             "window leaves out, are even larger than those of lag 0.",
        holds=lambda fading, lasting: fading["each_error"] < 0.01 and 0.3 < lasting["each_error"] < 0.33
        and all((10 ** lasting["map"][30:, k]).mean() > (10 ** lasting["map"][30:, 0]).mean() for k in range(20, 30))),
]
claims = [
    Claim("If every output reaches back, the cosine reaches 0.99 where the window reaches the delay, for delays of 3 "
          "to 12 and with the gain and inputs as they are at first.",
          at=tuple({"delay": d, "window": STEPS} for d in range(3, 13)),
          holds=lambda *a: [_first(b, 0) for b in a] == list(range(3, 13))),
    Claim("No window points against the gradient: no cosine is below 0.",
          at={"delay": (1, 12), "gain": (0.3, 1.5), "input_scale": (0.1, 2), "window": STEPS},
          holds=lambda a: bool((a["curves"][:2] > 0).all())),
    Claim("Chunks need 18, 18, 25, 32 and 21 steps for delays of 8 to 12: 1.75 to 3 times the delay.",
          at=tuple({"delay": d, "window": STEPS} for d in range(8, 13)),
          holds=lambda *a: [_first(b, 1) for b in a] == [18, 18, 25, 32, 21]
          and all(1.75 <= _first(b, 1) / d < 3 for d, b in enumerate(a, start=8))),
    Claim("At a delay of 8 chunks of 18 are the shortest, and those of 17 have a cosine of 0.988.",
          at=({"delay": 8, "window": 17}, {"delay": 8, "window": 18}),
          holds=lambda a, b: not a["shortest"] and f"{a['chunk']:.3f}" == "0.988" and bool(b["shortest"])),
    Claim("The outputs of a chunk reach back about half of it on average: 5.5 steps of 10.", at={"window": 10},
          holds=lambda a: np.mean(a["edge"] + 0.5) == 5.5),
]

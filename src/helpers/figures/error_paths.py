"""Along which path does the error of one output reach an earlier use of the recurrent weights?"""

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers.bptt import cross_entropy, rnn_bptt
from helpers.lags import lag_norms, lag_signals
from helpers.params import normal, rnn_params
from helpers.sequence import pick, rnn
from live_figures import Challenge, Claim, Signal, Slider, Toggle, Try, draw

title = "Along which path does the error of one output reach an earlier use of Wₕ?"
caption = (
    "Grey arrows go forward and dashed ones carry the error back, fainter where less of it is left; the number under a "
    "state is the size of the error signal there, and the bars show what each use of the weights gets of it."
)
alt = (
    "Six states in a row, Wₕ between every two of them, each with the letter it reads below and the loss of its "
    "output above. Dashed arrows lead from one loss down to its state and from state to state to the left, as far as "
    "the chosen use of the weights. Next to them, bars for the size of the term of every use."
)

WORD = "mississ"
LETTERS = sorted(set(WORD))
STEPS, UNITS = len(WORD) - 1, 6
GAP, R, TOP, MIDDLE, BOTTOM = 56.0, 15.5, 18.0, 84.0, 170.0  # distance of two states, radius of a node, heights
FAINT = 0.15  # of an arrow with nothing left to carry: it should still be seen

controls = [
    Slider(name="output", label="Output t", min=1, max=STEPS, step=1, value=5, integer=True),
    Slider(name="use", label="Use of Wₕ at step s", min=1, max=STEPS, step=1, value=2, integer=True),
    Slider(name="gain", label="Factor on Wₕ", min=0.2, max=1.4, step=0.1, value=1.0,
           idle=("first", "on no path from output 1")),
    Toggle(name="together", label="All errors at once", value=False),
]


def consts():
    codes = np.array([LETTERS.index(c) for c in WORD])
    return {"net": rnn_params(len(LETTERS), UNITS, seed=0), "W_y": normal((UNITS, len(LETTERS)), 1.0, seed=1),
            "x": np.eye(len(LETTERS))[codes[:-1], None, :], "targets": codes[1:, None],
            "step": np.arange(1, STEPS + 1)}


def _by_use(xp, by_lag, output, step):
    """A row of values by lag, from lag 0 on, laid out by the step s = t - k of the use; 0 after the output."""
    return xp.where(step[:, None] == output - step[None, :] + 1, 1.0, 0.0) @ by_lag


def compute(consts, output, use, gain, together):
    xp = array_namespace(consts["x"])
    step = consts["step"]
    net = consts["net"]._replace(W_h=gain * consts["net"].W_h)
    trace = rnn(net, consts["x"])
    _, grad_scores = cross_entropy(trace.h @ consts["W_y"], consts["targets"])
    g = grad_scores @ xp.matrix_transpose(consts["W_y"])
    signals = lag_signals(net, trace, g)
    of_one = _by_use(xp, pick(signals.delta, output - 1, axis=1)[:, 0, :], output, step)  # (step, unit)
    delta = xp.where(together, rnn_bptt(net, consts["x"], trace, g).a[:, 0, :], of_one)
    one, signal = (xp.sqrt(xp.sum(part**2, axis=1)) for part in (of_one, delta))
    before = xp.sqrt(xp.sum(pick(signals.state, 0) ** 2, axis=(-2, -1)))
    one_term = _by_use(xp, pick(lag_norms(signals), output - 1, axis=1)[:, None], output, step)[:, 0]
    terms = xp.where(together, signal * before, one_term)
    reached = xp.where(together, step >= use, (step >= use) & (step <= output))
    left = xp.where(reached, signal / (xp.max(signal) + 1e-300), 0.0)
    back = xp.where(reached, FAINT + (1 - FAINT) * xp.sqrt(left), 0.0)
    return {
        "delta": delta, "signal": signal, "reached": xp.astype(reached, signal.dtype),
        "on": xp.where(step > use, back, 0.0), "to_use": xp.where(step == use, back, 0.0),
        "sends": xp.astype(xp.where(together, step >= use, step == output), signal.dtype),
        "chosen": xp.astype(step == use, signal.dtype), "terms": terms,
        "at_use": pick(signal, use - 1), "at_output": pick(signal, output - 1), "term": pick(terms, use - 1),
        "first": (output == 1) & xp.asarray(not together),
        "level": (pick(one, 0) >= pick(one, STEPS - 1)) & (output == STEPS),
    }


def figure(arrays):
    fig = plots.figure(x_title="use of Wₕ at step s", y_title="size of its term", x_range=[0.4, STEPS + 0.6],
                       y_range=[0, 0.36], height=200)
    fig.update_xaxes(dtick=1)
    return fig.add_bar(name="term", x=np.arange(1, STEPS + 1), y=arrays["terms"],
                       marker={"color": plots.color("hidden")})


def diagram():
    zero = draw.label(15, MIDDLE, "h_0", color="muted") + draw.label(15, MIDDLE + 17, "0", color="muted")
    return draw.svg(STEPS * GAP + 48, 202, zero, *(_step(15 + GAP * (k + 1), k) for k in range(STEPS)))


def _step(x, k):
    """Step k + 1: its letter, its state and the loss of its output, with the arrows to them and back from them."""
    middle, low = x - GAP / 2, MIDDLE + R + 1
    back = {"color": "c1", "width": 2, "dashed": True}
    return "".join([
        draw.arrow(x, BOTTOM - 11, x, MIDDLE + R + 32, color="muted", width=1),
        draw.arrow(x - 5, MIDDLE - R, x - 5, TOP + R + 1, color="muted", width=1),
        draw.arrow(x + 5, TOP + R, x + 5, MIDDLE - R - 1, live={"show": f"sends[{k}]"}, **back),
        draw.arrow(x - GAP + R, MIDDLE - 3, x - R - 1, MIDDLE - 3, color="muted", width=1),
        draw.signal("W", draw.box(middle, MIDDLE - 3, 20, 20, "W", radius=3, line=1, stroke="muted"),
                    draw.box(middle, MIDDLE - 3, 22, 23, radius=4, line=2.5, fill="none", stroke="c1",
                             live={"show": f"chosen[{k}]"})),
        draw.signal("size", draw.arrow(x - 9, low - 2, x - GAP + 9, low - 2, bend=10, live={"opacity": f"on[{k}]"},
                                       **back),
                    draw.arrow(x - 9, low - 2, middle, MIDDLE + 9, bend=5, live={"opacity": f"to_use[{k}]"}, **back)),
        draw.node(x, TOP, f"E_{k + 1}", r=R), draw.node(x, MIDDLE, f"h_{k + 1}", r=R),
        draw.label(x, MIDDLE + R + 22, color="c1", live={"text": f"signal[{k}]:.3f", "show": f"reached[{k}]"}),
        draw.label(x, BOTTOM, WORD[k], mono=True), draw.label(x, BOTTOM + 18, f"{k + 1}", color="muted")])


signals = {
    "size": Signal("size of δ_[k]", "signal[k]", "size of the error signal",
                   f"sqrt(sum(delta[k][j] ** 2 for j in range({UNITS})))",
                   "The length of a vector with one number for each unit.", "c1", ".3f",
                   words=("error signal", "gradient")),
    "W": Signal(words=("$W_h$",), color="c1"),
    "delta": Signal("δ_[j]", "delta[k][j]", "error of a unit", format=".3f"),
}
readout = (
    "The error signal is {at_output:.4f} at step {output:d}, that of the output, and {at_use:.4f} at step {use:d}, "
    "where Wₕ gets a term of size {term:.4f}."
)
challenges = [Challenge("Let the error of output 6 reach step 1 no smaller than it left.", "level")]
tries = [
    Try(ask="Output 5 is wrong. How many uses of Wₕ does its error reach?",
        guesses=("One, that of step 5.", "Five, those of steps 1 to 5.", "All six."), right=1,
        do="Move “Use of Wₕ at step s” to 1.", at={"use": 1},
        says="Five: the use at step 6 comes after output 5. But the use at step 1 gets a term of size 0, although the "
             "error signal arrives there. It multiplied the state before the first step, which is zero.",
        holds=lambda a: bool((a["signal"][:5] > 0).all() and a["signal"][5] == 0 and a["terms"][0] == 0)),
    Try(ask="Three steps back, at step 2, three quarters of the signal of output 5 are left. Wₕ is halved: how much "
            "then?",
        guesses=("Nearly 40 %.", "Nearly 11 %.", "Nothing."), right=1,
        do="Move the use to step 2 and set the factor on Wₕ to 0.5.", at=({"use": 2}, {"use": 2, "gain": 0.5}),
        says="Nearly 11 %: 0.016 of 0.152. The signal is multiplied by Wₕ at each of the three steps, and half to the "
             "power of three is 1/8 already.",
        holds=lambda a, b: bool(0.7 < a["at_use"] / a["at_output"] < 0.76
                                and 0.105 < b["at_use"] / b["at_output"] < 0.11)),
    Try(ask="Wₕ is halved, and all six outputs send their errors. Step 1 hears of all of them: is its signal the "
            "largest?",
        guesses=("Yes.", "No."), right=1, do="Set the factor to 0.5 and tick “All errors at once”.",
        at={"gain": 0.5, "together": True},
        says="No, that of step 4 is a little larger. Of what comes from afar little is left, so hearing of more "
             "outputs adds little.",
        holds=lambda a: int(np.argmax(a["signal"])) == 3),
]
claims = [
    Claim("An output sends nothing to a use after it.", at=({"output": 2}, {"output": 4, "gain": (0.2, 1.4)}),
          holds=lambda a, b: bool((a["terms"][2:] == 0).all() and (b["terms"][4:] == 0).all())),
    Claim("With a factor of 1.3 on Wₕ the challenge is met, with 1.2 it is not.",
          at=({"output": 6, "gain": 1.3}, {"output": 6, "gain": 1.2}),
          holds=lambda a, b: bool(a["level"] and not b["level"])),
]

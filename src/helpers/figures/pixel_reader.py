"""When does a network that reads a digit, pixel by pixel or row by row, know which one it is?"""

from pathlib import Path

import numpy as np
from array_api_compat import array_namespace

from helpers import digits, plots
from helpers.cells import softmax
from helpers.sequence import pick
from live_figures import Challenge, Choice, Claim, Pad, Signal, Slider, Try

title = "When does the network know which digit it is?"
caption = (
    "Two networks read the same picture from the top, one pixel by pixel, one row by row: what they have not read yet "
    "is in the other colour, the bars are the probabilities that they give now, the maps those after every pixel and "
    "every row. Digits of much thinner or thicker lines than they learned from they read less well."
)
alt = (
    "A picture of eight by eight pixels, the part already read in one colour and the rest in another, beside bars with "
    "the probabilities that two networks give to the ten digits; below them, for each network, a map of these "
    "probabilities over the 64 pixels."
)

NETS = tuple(digits.CELLS)
SIDE, PIXELS, SHOWN, UNITS = 32, digits.SIZE**2, 30, 65
END, LATE = PIXELS - 1, PIXELS - digits.SIZE - 1  # steps of the network that reads pixels: the last, one row before
ORDERS = {"pixels": ("pixel by pixel", digits.as_pixels, 0), "rows": ("row by row", digits.as_rows, 1)}

controls = [
    Pad(name="ink", label="Draw a digit instead of the test image", rows=SIDE, columns=SIDE, pen=4),
    Slider(name="image", label="Test image", min=1, max=SHOWN, step=1, value=1, integer=True),
    Slider(name="read", label="Pixels read", min=digits.SIZE, max=PIXELS, step=1, value=24, integer=True, play=8),
    Choice(name="net", label="Cell", options=NETS, value="GRU", labels=("tanh RNN", "GRU", "LSTM")),
    Slider(name="move", label="Moved right", unit="pixels", min=-2, max=2, step=1, value=0,
           integer=True),
]


def consts():
    with np.load(Path(__file__).parents[1] / "data" / "pixel_reader.npz") as stored:
        found = {name: stored[name] for name in ("images", "labels")}
    for net in NETS:
        for order in ORDERS:
            params, W_y, c = digits.trained(net, order)
            idle = UNITS - len(params.W_h)
            found |= {f"{net} {order}": _with_idle(params, idle), f"{net} {order} c": c,
                      f"{net} {order} W_y": np.pad(W_y, ((0, idle), (0, 0)))}
    return found


def _with_idle(params, count):
    """The parameters with so many more units of weight 0, which stay at 0: networks of one size share their code."""
    H = len(params.W_h)

    def wider(blocks):
        blocks = blocks.reshape(*blocks.shape[:-1], -1, H)
        return np.pad(blocks, [(0, 0)] * (blocks.ndim - 1) + [(0, count)]).reshape(*blocks.shape[:-2], -1)

    given = {name: wider(value) for name, value in params._asdict().items() if value is not None}
    return params._replace(**given | {"W_h": np.pad(given["W_h"], ((0, count), (0, 0)))})


def compute(consts, ink, image, read, net, move):
    xp = array_namespace(ink)
    bitmap = xp.astype(ink >= 0.5, xp.float64)
    drawn, drawing = xp.max(bitmap) > 0, digits.blocks(digits.framed(bitmap))
    pixels = _moved(xp.where(drawn, drawing, pick(consts["images"], image - 1) / 16.0), move)
    label = xp.where(drawn, -1, pick(consts["labels"], image - 1))

    # the 64 steps of one network, then the 8 of the other
    p = softmax(xp.concat([_scores(consts, net, order, pixels) for order in ORDERS], axis=0))
    best, sure, steps = xp.argmax(p, axis=-1), xp.max(p, axis=-1), xp.stack([read - 1, read // 8 + PIXELS - 1])
    place, at = xp.reshape(xp.arange(PIXELS), pixels.shape), xp.astype(xp.stack([read, read]), xp.float64) + 0.5
    return {
        "picture": xp.where(place < read, pixels, -pixels), "pixels": xp.matrix_transpose(p[:PIXELS, :]),
        "rows": xp.matrix_transpose(p[PIXELS:, :]), "now": xp.take(p, steps, axis=0), "best": xp.take(best, steps),
        "sure": xp.take(sure, steps), "at": at, "label": label, "read": read,
        "quarrel": (read == PIXELS) & ((best[END] == label) != (best[-1] == label)),
        "turns": drawn & (best[END] != best[LATE]) & (sure[END] >= 0.8) & (sure[LATE] >= 0.8),
    }


def _moved(pixels, by):
    """The picture so many pixels further to the right; paper comes in where it was."""
    xp = array_namespace(pixels)
    column = xp.arange(digits.SIZE) - by
    inside = (column >= 0) & (column < digits.SIZE)
    return xp.where(inside, xp.take(pixels, xp.clip(column, 0, digits.SIZE - 1), axis=1), 0.0 * pixels)


def _scores(consts, net, order, pixels):
    """The scores (T, 10) of a network after every step."""
    reader = digits.Reader(*(consts[f"{net} {order}{part}"] for part in ("", " W_y", " c")))
    return digits.scores(reader, ORDERS[order][1](pixels[None, :, :]))[:, 0, :]


def figure(arrays):
    fig = plots.figure(height=690, barmode="group")
    fig.add_heatmap(z=arrays["picture"], x=np.arange(digits.SIZE), y=np.arange(digits.SIZE), zmin=-1, zmax=1,
                    colorscale=plots.DIVERGING, showscale=False, name="ink")
    classes = {"range": [9.5, -0.5], "tickvals": list(range(10)), "showgrid": False}
    fig.update_layout(
        xaxis={"domain": [0, 0.42], "range": [-0.5, 7.5], "showgrid": False, "tickvals": []},
        yaxis={"domain": [0.65, 1], "range": [7.5, -0.5], "showgrid": False, "tickvals": []},
        xaxis2={"domain": [0.54, 1], "range": [0, 1], "anchor": "y2", "title": {"text": "probability now"}},
        yaxis2=classes | {"domain": [0.65, 1], "anchor": "x2"},
        xaxis3={"range": [0.5, PIXELS + 0.5], "anchor": "y4", "title": {"text": "pixels read"},
                "tickvals": list(range(0, PIXELS + 1, digits.SIZE))},
        yaxis3=classes | {"domain": [0.29, 0.52], "anchor": "x3"},
        yaxis4=classes | {"domain": [0, 0.23], "anchor": "x3"})
    for order, axis, steps in (("pixels", "y3", PIXELS), ("rows", "y4", digits.SIZE)):
        name, _, k = ORDERS[order]
        middles = (np.arange(steps) + 0.5) * PIXELS / steps + 0.5
        fig.add_bar(x=arrays["now"][k], y=np.arange(10), orientation="h", name=name, xaxis="x2", yaxis="y2",
                    marker={"color": plots.COLORS[k], "line": {"width": 0}})
        fig.add_heatmap(z=arrays[order], x=middles, y=np.arange(10), zmin=0, zmax=1, xaxis="x3",
                        yaxis=axis, colorscale=plots.SEQUENTIAL, showscale=False, name=name)
        fig.add_scatter(x=arrays["at"], y=[-0.5, 9.5], mode="lines", xaxis="x3", yaxis=axis, name=f"read, {name}",
                        line={"color": plots.COLORS[1], "width": 2}, hoverinfo="skip", showlegend=False)
        fig.layout[axis.replace("y", "yaxis")].title = {"text": name}
    return fig


signals = {
    "pixels": Signal(words=("pixel by pixel",), line=("pixel by pixel", "read, pixel by pixel"), color="c0"),
    "rows": Signal(words=("row by row",), line=("row by row", "read, row by row"), color="c1"),
}
readout = (
    "After {read:d} pixels the network that reads pixel by pixel takes it for a {best[0]:d} with a probability of "
    "{sure[0]:.0%}, the one that reads row by row for a {best[1]:d} with {sure[1]:.0%}."
)
challenges = [
    Challenge("Find a test image that one of the two networks gets right when it has read all of it, and the other "
              "wrong.", met="quarrel"),
    Challenge("Draw a digit of which the network that reads pixel by pixel changes its mind in the last row: after 56 "
              "pixels it gives one digit 80 % or more, after 64 another. (What turns a 4 into a 9?)", met="turns"),
]

SEGMENTS = {  # of the digits of a pocket calculator: the cells of the pad from row to row, and from column to column
    "top": (4, 8, 8, 24), "upper left": (4, 18, 8, 12), "upper right": (4, 18, 20, 24), "middle": (14, 18, 8, 24),
    "lower left": (14, 28, 8, 12), "lower right": (14, 28, 20, 24), "bottom": (24, 28, 8, 24),
}
PIXELWISE, ROWWISE = 0, 1


def _drawn(*names, down=0, right=0):
    """The pad with these segments inked."""
    ink = np.zeros((SIDE, SIDE))
    for top, bottom, left, end in (SEGMENTS[name] for name in names):
        ink[top + down:bottom + down, left + right:end + right] = 1
    return ink


def _right(states, k):
    """How many of the test images a network gets right."""
    return sum(int(a["best"][k] == a["label"]) for a in states)


def _says(arrays, k, digit, low=0.0, high=1.0):
    """Whether a network takes it for this digit, with a probability between these."""
    return bool(arrays["best"][k] == digit and low <= arrays["sure"][k] <= high)


tries = [
    Try(ask="Test image 1 is a 4. Does the GRU that reads pixel by pixel know it when it has seen 28 of the 64 pixels?",
        guesses=("No, it has not seen half of it.", "Yes, with more than 90 %."), right=1,
        do="Choose test image 1 and the GRU, let 28 pixels be read.", at={"image": 1, "read": 28, "net": "GRU"},
        says="Yes: it gives the 4 more than 90 % by now, and keeps to it for all the pixels that are still to come.",
        holds=lambda a: a["label"] == 4 and _says(a, PIXELWISE, 4, 0.9)
        and a["pixels"][4, 27:].min() > 0.9),
    Try(ask="And the tanh RNN that reads pixel by pixel: does it know the 4 when only the last row is missing?",
        guesses=("Yes.", "No, and it never will.", "No, it needs the last row."), right=2,
        do="Choose test image 1 and the tanh RNN, and let 56 pixels be read, then 64.",
        at=({"image": 1, "read": 56, "net": NETS[0]}, {"image": 1, "read": 64, "net": NETS[0]}),
        says="After 56 pixels it takes it for a 6 and gives that little more than half; after 64 it gives the 4 96 %. "
             "It learned to answer after every pixel, just as the GRU did.",
        holds=lambda late, end: _says(late, PIXELWISE, 6, 0.5, 0.6) and f"{end['sure'][PIXELWISE]:.0%}" == "96%"
        and _says(end, PIXELWISE, 4)),
    Try(ask="Test image 9 is a 9, and both GRUs read it right. Which of them minds if the picture stands one pixel "
            "further to the left?",
        guesses=("the one that reads by pixels", "the one that reads by rows", "neither"), right=1,
        do="Choose test image 9 and the GRU, let all 64 pixels be read, and move the picture by −1.",
        at=({"image": 9, "read": 64, "net": "GRU"}, {"image": 9, "read": 64, "net": "GRU", "move": -1}),
        says="The one that reads row by row: it now takes it for a 2. To it each column is an input with weights of "
             "its own, and every stroke has moved to another's. To the other the same pixels come one step earlier.",
        holds=lambda still, moved: _says(still, PIXELWISE, 9, 0.9) and _says(still, ROWWISE, 9, 0.9)
        and _says(moved, PIXELWISE, 9, 0.9) and _says(moved, ROWWISE, 2, 0.9)),
]
claims = [
    Claim("Moved by one pixel to the left, the thirty test images are hard for the GRU that reads rows, and not for "
          "the other.",
          at=tuple({"image": k, "read": 64, "move": -1} for k in range(1, SHOWN + 1)),
          holds=lambda *states: _right(states, PIXELWISE) >= 26 and _right(states, ROWWISE) <= 16),
    Claim("Before anything is moved each of the two GRUs reads 27 of the thirty right, or more.",
          at=tuple({"image": k, "read": 64} for k in range(1, SHOWN + 1)),
          holds=lambda *states: min(_right(states, PIXELWISE), _right(states, ROWWISE)) >= 27),
    Claim("The first challenge can be met.", at={"image": 23, "read": 64}, holds=lambda a: bool(a["quarrel"])),
    Claim("The second challenge can be met: the bottom makes a 9 of a 4.",
          at={"ink": _drawn("upper left", "upper right", "middle", "lower right", "bottom")},
          holds=lambda a: bool(a["turns"]) and a["pixels"][:, LATE].argmax() == 4 and a["pixels"][:, -1].argmax() == 9),
    Claim("Where on the pad it is drawn does not matter.",
          at=tuple({"ink": _drawn("top", "upper right", "middle", down=down, right=right)}
                   for down, right in ((0, 0), (-4, 8), (4, -8))),
          holds=lambda *states: all(np.array_equal(a["picture"], states[0]["picture"]) for a in states)),
    Claim("Writing that no one trained on is read wrongly with certainty: the 6 of a pocket calculator is a 5.",
          at={"ink": _drawn(*(name for name in SEGMENTS if name != "upper right")), "read": 64},
          holds=lambda a: _says(a, PIXELWISE, 5, 0.95) and _says(a, ROWWISE, 5, 0.95)),
]

"""How fast does each layer of a deep network move, and how long does it feel one changed character?"""

from pathlib import Path

import numpy as np
from array_api_compat import array_namespace

from helpers import plots
from helpers._in_bytes import from_bytes
from helpers.cells import GRUParams
from helpers.sequence import gru, pick
from helpers.text import VOCABULARY
from live_figures import Challenge, Choice, Claim, ColoredText, LongText, Slider, Try

title = "Is a higher layer slower?"
caption = (
    "Three layers read your code: the picture shows their states, the slowest unit of each layer at the bottom. The "
    "lines show how far each layer moves at a character, and how far it is from where it would be if one character "
    "were an x; 1 is usual between two states of that layer."
)
alt = (
    "A picture of the states of three layers of 48 units over the characters of a text, and two panels with a line for "
    "each layer: the change at each character, and the effect of one changed character."
)

LONGEST, LAYERS, UNITS = 100, 3, 48
SETTLED, LATER, GAP = 10, 5, 6  # characters read before the mean begins; after the changed one; rows between layers
ROWS = LAYERS * UNITS + (LAYERS - 1) * GAP

controls = [
    LongText(name="text", label="Your code", value='for name in names:\n    print("hello", name)\n    count += 1\n',
             alphabet=VOCABULARY, max_length=LONGEST, unknown=VOCABULARY.index("?"), lines=4),
    Slider(name="place", label="Changed character", min=0, max=LONGEST - 1, step=1, value=20, integer=True),
    Choice(name="network", label="Network", options=("untrained", "trained"), value="untrained"),
]


def consts():
    with np.load(Path(__file__).parents[1] / "data" / "deep_states.npz") as stored:
        return {name: stored[name] for name in stored.files if name != "bits" and not name.endswith("_y")}


def compute(consts, text, place, network):
    xp = array_namespace(text)
    t, length = xp.arange(LONGEST), xp.sum(xp.astype(text >= 0, xp.int64))
    code, last = xp.clip(text, 0, None), xp.clip(length - 1, 0, None)
    here = xp.minimum(place, last)
    x = VOCABULARY.index("x")
    instead = xp.where(code == x, x + 1, x + 0 * code)  # an x, or a y where an x stands
    changed = xp.where(t == here, instead, code)

    own = {name.removeprefix(f"{network}_"): value for name, value in consts.items() if name.startswith(f"{network}_")}
    upto, later, result, picture = xp.minimum(t, last), xp.minimum(here + LATER, last), {}, []
    counted = (t >= SETTLED) & (t < length)
    count = xp.astype(xp.clip(length - SETTLED, 1, None), xp.float64)
    # two runs, so that the page need not read the text again where only the changed character moves
    for k, (read, other) in enumerate(zip(_layers(own, code), _layers(own, changed), strict=True), start=1):
        usual = own["usual"][k - 1]
        before = xp.concat([read[:1, :], read[:-1, :]], axis=0)
        change = xp.sum((read - before) ** 2, axis=1) / usual
        effect = xp.sum((other - read) ** 2, axis=1) / usual
        result |= {
            f"change_{k}": xp.take(change, upto), f"effect_{k}": xp.take(effect, upto),
            f"moves_{k}": xp.sum(xp.where(counted, change, 0.0 * change)) / count,
            f"left_{k}": pick(effect, later),
        }
        shown = xp.where(t[:, None] < length, xp.take(read, own["order"][k - 1, :], axis=1), 0.0 * read)
        picture += [xp.matrix_transpose(shown), xp.zeros((GAP, LONGEST))]
    trained = length * int(network == "trained") > 0
    return result | {
        "states": xp.concat(picture[:-1], axis=0), "until": xp.astype(upto, xp.float64),
        "at": xp.astype(xp.stack([here, here]), xp.float64), "shown": here, "later": later,
        "rests": (length >= 30) & (result["moves_1"] < 0.1) & (result["moves_2"] < 0.1) & (result["moves_3"] < 0.1)
        & trained,
        "felt": (here + LATER <= last) & (result["left_3"] > 0.15) & trained,
    }


def _layers(own, codes):
    """The states (T, H) of each layer, from the lowest, that read codes (T,)."""
    xp = array_namespace(codes)
    h = xp.astype(codes[:, None, None] == xp.arange(len(VOCABULARY)), xp.float64)
    for k in range(1, LAYERS + 1):
        h = gru(GRUParams(*(from_bytes(own[f"{k}_{field}"], own["step"]) for field in GRUParams._fields)), h).h
        yield h[:, 0, :]


def figure(arrays):
    fig = plots.figure(x_title="character", x_range=[-1, LONGEST], height=560)
    fig.add_heatmap(z=arrays["states"], x=np.arange(LONGEST), y=np.arange(ROWS), zmin=-1, zmax=1, name="state",
                    colorscale=plots.DIVERGING, showscale=False)
    for axis, panel in (("y2", "change"), ("y3", "effect")):
        for k, (color, dash) in enumerate(((2, "dot"), (1, "dash"), (0, "solid")), start=1):
            fig.add_scatter(x=arrays["until"], y=arrays[f"{panel}_{k}"], name=f"layer {k}", mode="lines", yaxis=axis,
                            showlegend=panel == "change", line={"color": plots.COLORS[color], "dash": dash})
        plots.cursor(fig, arrays["at"], name=f"changed character, {panel}", high=1.6, yaxis=axis)
    middles = [k * (UNITS + GAP) + UNITS / 2 for k in range(LAYERS)]
    lines = {"range": [0, 1.6], "tickvals": [0, 0.5, 1, 1.5]}
    return fig.update_layout(
        xaxis={"anchor": "y3"}, legend={"y": 0.49, "yanchor": "bottom"},
        yaxis={"domain": [0.57, 1.0], "range": [-0.5, ROWS - 0.5], "tickvals": middles, "showgrid": False,
               "ticktext": [f"layer {k}" for k in range(1, LAYERS + 1)]},
        yaxis2=lines | {"domain": [0.27, 0.48], "title": {"text": "change"}},
        yaxis3=lines | {"domain": [0.0, 0.21], "title": {"text": "effect"}})


views = [ColoredText(label="Effect on layer 3; touch a character to change it", text="text", tint="effect_3", low=0,
                     high=0.5, chooses="place")]
readout = (
    "From character 10 on the mean change is {moves_1:.2f} in layer 1, {moves_2:.2f} in layer 2, {moves_3:.2f} in "
    "layer 3. A change of character {shown:d}, counted from 0, is felt at character {later:d} as {left_1:.1%}, "
    "{left_2:.1%} and {left_3:.1%} of the usual distance."
)
challenges = [
    Challenge("Write thirty characters or more at which no layer of the trained network changes by more than 0.1 on "
              "average.", met="rests"),
    Challenge("Change a character so that five characters later more than 15 % of the usual distance is left in "
              "layer 3 of the trained network.", met="felt"),
]


def _moves(a):
    return [f"{a[f'moves_{k}']:.2f}" for k in range(1, LAYERS + 1)]


def _left(a):
    return [a[f"left_{k}"] for k in range(1, LAYERS + 1)]


tries = [
    Try(ask="Before its training this network moves more slowly in each higher layer. And once it is trained?",
        guesses=("It stays so.", "All layers move about equally fast.", "The order turns round."), right=1,
        do="Choose the trained network.", at=({}, {"network": "trained"}),
        says="About equally fast: 0.66, 0.67 and 0.70, where it was 0.36, 0.13 and 0.06 before. It is so with every "
             "seed that we tried, on code that the networks had not seen.",
        holds=lambda drawn, trained: _moves(drawn) == ["0.36", "0.13", "0.06"] and
        _moves(trained) == ["0.66", "0.67", "0.70"]),
    Try(ask="In the trained network, an x stands in place of a space of the second line. Which layer still feels it "
            "five characters later?",
        guesses=("Layer 1 most.", "Layer 3 most.", "All alike."), right=1,
        do="Choose the trained network and change character 20, the second space of the second line.",
        at={"network": "trained", "place": 20},
        says="Layer 3 most: 11 % of the usual distance is left there, and 0.5 % in layer 1. Layers that move "
             "equally fast need not forget equally fast.",
        holds=lambda a: f"{a['left_3']:.0%} {a['left_1']:.1%}" == "11% 0.5%"),
    Try(ask="In the trained network layer 3 feels a change in the second line longest. Is it so wherever the character "
            "stands, at the end of the first line too?",
        guesses=("Yes: layer 3 feels it longest.", "No."), right=1,
        do="Choose the trained network and change character 18.",
        at={"network": "trained", "place": 18},
        says="No: five characters after a changed end of line 8 % are left in layer 1, and 4 % in layer 3. That a "
             "higher layer feels a change longer is true on average, over code that was held out; one place shows "
             "little.",
        holds=lambda a: [f"{left:.0%}" for left in _left(a)] == ["8%", "6%", "4%"]),
]
claims = [
    Claim("In the untrained network each layer feels a changed character longer than the one below.",
          at=tuple({"place": place} for place in range(0, 54, 9)),
          holds=lambda *places: all(_left(a) == sorted(_left(a)) for a in places)),
    Claim("Ten characters after it was changed, less than 2 % of the usual distance is left in any layer.",
          at=tuple({"network": "trained", "place": place} for place in (0, 9, 18, 20, 27, 36, 43, 48)),
          holds=lambda *places: all(a[f"effect_{k}"][a["shown"] + 10] < 0.02 for a in places for k in (1, 2, 3))),
    Claim("What comes before the changed character is as it was.", at={"place": (0, 40)},
          holds=lambda a: a["effect_3"][:a["shown"]].sum() == 0),
    Claim("The first challenge can be met.", at={"network": "trained", "text": "a" * 40},
          holds=lambda a: bool(a["rests"])),
    Claim("The second challenge can be met: the end of the line of a definition.",
          at={"network": "trained", "place": 38,
              "text": "class Stack:\n    def push(self, item):\n        self.items.append(item)\n"},
          holds=lambda a: bool(a["felt"])),
]

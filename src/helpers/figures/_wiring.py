"""What the wiring of a cell is drawn with: values on wires, gates as tanks, and below them the signals over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from helpers import plots
from helpers.sequence import pick
from live_figures import Signal, draw
from live_figures.palette import GRID

__all__ = ["Lane", "T", "Wiring", "before", "gate_formula", "lone_units", "pulses", "unit_names", "weight_signals",
           "weights_of", "word"]

T = 48
PULSES = {5: 1.0, 13: 1.0, 21: -1.0, 27: 1.0, 33: 1.0, 41: -1.0}  # step -> size
TANK = 40.0  # the height of a gate's box
GAP = 7  # pixels between two lanes
ENDS = T + 10  # where the values at the right of the lanes end
LETTERS, WORDS = -4, -11  # where the names at their left begin: a letter each, or a word


def pulses():
    """The input (T, 1, 1) of the hand-built units: a few pulses of both signs."""
    x = np.zeros((T, 1, 1))
    for step, size in PULSES.items():
        x[step - 1] = size
    return x


def lone_units(weights):
    """W_x, W_h and b of units that listen only to themselves.

    `weights` has, for each unit, one (weight of each input, recurrent weight, bias) for each gate.
    """
    *inputs, recurrent, bias = np.array(weights, dtype=float).transpose(2, 1, 0)  # each gate x unit
    W_h = np.concatenate([np.diag(row) for row in recurrent], axis=1)
    return np.reshape(inputs, (len(inputs), -1)), W_h, bias.ravel()


def weights_of(xp, params, unit, units):
    """W_x, W_h and b of one such unit: a row for each input, one for the recurrent weight and one for the bias."""
    by_gate = [xp.reshape(part, (-1, part.shape[-1] // units, units))
               for part in (params.W_x, xp.sum(params.W_h, axis=0), params.b)]
    return pick(xp.concat(by_gate, axis=0), unit - 1, axis=2)


def weight_signals():
    """These weights as the formulas of the gates have them, by the number of the gate."""
    return {name: Signal(symbol, f"weights[{row}][k]", said, format=".3g") for row, (name, symbol, said) in enumerate((
        ("w_x", "w_x", "input weight"), ("w_h", "w_h", "recurrent weight"), ("b", "b", "bias")))}


def gate_formula(k, function="sigma"):
    """How gate number `k` comes about."""
    return f"{function}(w_x[{k}] * x + w_h[{k}] * h_prev + b[{k}])"


def before(xp, state):
    """A state (T,) as each step finds it: that of the step before, 0 at the first."""
    return xp.concat([xp.zeros_like(state[:1]), state[:-1]], axis=0)


class Lane(NamedTuple):
    """One strip of the plot over time: the dash of each line by its letter, the range, and its height in pixels."""

    lines: dict[str, str]
    span: tuple[float, float]
    height: int = 32


def word(x, y, text, anchor="start"):
    """What a value on a wire means, said beside it."""
    return draw.label(x, y, text, size=13, color="muted", anchor=anchor)


def unit_names(names, x=190, y=12):
    """The title of the drawing: the name of the chosen unit, that of unit k where the array `who` has a 1 at k."""
    return [draw.label(x, y, f"unit {k + 1}: {name}", bold=True, size=14, live={"show": f"who[{k}]"})
            for k, name in enumerate(names)]


@dataclass(frozen=True)
class Wiring:
    """The wiring of one cell: a diagram of the chosen unit at the chosen step, and its signals up to that step.

    `signals` gives the letters that have a colour their names in `plots.SIGNALS`, `values` names the numbers on the
    wires. `gates` are those of the values, side by side there, that stand in tanks; the one called `signed` runs from
    -1 to 1.
    """

    signals: Mapping[str, str]
    values: tuple[str, ...]
    gates: Sequence[str]
    signed: str

    def arrays(self, xp, wires, lines, step, unit, units):
        """What moves the drawings, from the `values` over time and from the `lines` by letter, each (T,)."""
        now = pick(xp.stack(wires, axis=0), step - 1, axis=1)
        size, at = xp.abs(now), xp.astype(step, now.dtype)
        first = self.values.index(self.gates[0])
        scale = xp.asarray([TANK / 2 if name == self.signed else TANK for name in self.gates])
        gates = scale * xp.clip(now[first:first + len(self.gates)], -1.0, 1.0)
        upto = xp.minimum(xp.arange(T), step - 1)  # what comes later is not drawn: the reader is asked about it
        return {name: xp.take(line, upto) for name, line in lines.items()} | {
            "x": wires[self.values.index("x")], "until": xp.astype(upto + 1, now.dtype), "now": now,
            "width": 1.0 + 2.5 * xp.minimum(size, xp.full_like(size, 2.0)),
            "dash": xp.where(now < 0.0, xp.full_like(now, 4.0), xp.zeros_like(now)),
            "full": xp.abs(gates), "top": -xp.maximum(gates, xp.zeros_like(gates)),
            "who": xp.astype(xp.arange(units) == unit - 1, now.dtype),
            "cursor": xp.stack([at, at]), "t": step, "u": unit,
        }

    def over_time(self, arrays, lanes, names=None):
        """A lane for the input `x`, then the `lanes`, up to the chosen step; at its right end each line's value there.

        A line is called by its letter, or by what `names` has for it.
        """
        lanes, begins = [Lane({"x": "solid"}, (-2.2, 2.2)), *lanes], WORDS if names else LETTERS
        room = sum(lane.height for lane in lanes) + GAP * (len(lanes) - 1)
        fig = plots.figure(x_title="step t", x_range=[begins, ENDS], height=room + 52, showlegend=False,
                           margin={"l": 4, "r": 4, "t": 8, "b": 44})
        top = room
        for k, lane in enumerate(lanes, start=1):
            axis = f"y{k}" if k > 1 else "y"
            fig.update_layout({axis.replace("y", "yaxis"): {
                "domain": [(top - lane.height) / room, top / room], "range": lane.span, "showgrid": False,
                "showticklabels": False}})
            top -= lane.height + GAP
            fig.add_scatter(x=[1, T], y=[0, 0], yaxis=axis, mode="lines", line={"color": GRID, "width": 1},
                            hoverinfo="skip")
            for place, (letter, dash) in enumerate(lane.lines.items()):
                name = (names or {}).get(letter, letter)
                at = np.interp((place + 0.5) / len(lane.lines), (0, 1), lane.span[::-1])
                self._line(fig, arrays, letter, dash, axis, name, len(lane.lines) == 1)
                self._ends(fig, arrays, letter, (begins, at), axis, name)
            plots.cursor(fig, arrays["cursor"], name=f"cursor {k}", low=lane.span[0], high=lane.span[1], yaxis=axis)
        return fig.update_xaxes(anchor=axis, showgrid=False, tickvals=[1, *range(12, T + 1, 12)])

    def _line(self, fig, arrays, letter, dash, axis, name, alone):
        """A signal up to the chosen step, with its area where it is alone in a lane; the input at every step."""
        slot = plots.SIGNALS[self.signals[letter]]
        if letter == "x":
            fig.add_bar(x=np.arange(1, T + 1), y=arrays["x"], name="x", yaxis=axis,
                        marker={"color": plots.COLORS[slot]})
            return
        fig.add_scatter(x=arrays["until"], y=arrays[letter], name=name, yaxis=axis, mode="lines",
                        line={"color": plots.COLORS[slot], "dash": dash, "width": 2, "shape": "hvh"},
                        **({"fill": "tozeroy", "fillcolor": plots.AREAS[slot]} if alone else {}))

    def _ends(self, fig, arrays, letter, at, axis, name):
        """The name of a line, from `at` on, and at the right end its value at the chosen step, if the wiring has it."""
        looks = {"mode": "text", "y": [at[1]], "yaxis": axis, "hoverinfo": "skip",
                 "textfont": {"color": plots.color(self.signals[letter]), "weight": 600}}
        fig.add_scatter(x=[at[0]], text=[name], textposition="middle right", **looks)
        if letter in self.values:
            fig.add_scatter(x=[ENDS], customdata=[arrays["now"][self.values.index(letter)]],
                            texttemplate="%{customdata:.2f}", textposition="middle left", **looks)

    def signal(self, name, symbol, said, formula="", says="", letter=None, **named):
        """The value `name` as it is explained, in the colour of its letter; `named` says what the text calls it."""
        value = f"now[{self.values.index(name)}]"
        return Signal(symbol, value, said, formula, says, color=self._ink(letter or name), **named)

    def value(self, x, y, name, anchor="middle"):
        """The number on a wire."""
        text = f"now[{self.values.index(name)}]:.2f"
        return draw.signal(name, draw.label(x, y, anchor=anchor, bold=True, size=14, live={"text": text}))

    def wire(self, points, name, signal, head=10):
        """A wire in the colour of a signal, as thick as the value `name` and dashed where that is negative."""
        k = self.values.index(name)
        return draw.signal(name, draw.wire(points, color=self._ink(signal), head=head, live={
            "stroke-width": f"width[{k}]", "stroke-dasharray": f"dash[{k}]"}))

    def tank(self, name, x, text, letters=None):
        """A gate as a box that is as full as the gate is open; one with a sign fills from its middle.

        It is lettered with its name, or with each of `letters` while the array that it maps to is 1.
        """
        k, color, base = self.gates.index(name), self._ink(name), 208.0
        zero = base - TANK / 2 if name == self.signed else base
        fill = (f'<rect x="-18" y="0" width="36" height="0" class="fill-{color.replace("c", "a")} stroke-none" '
                f'data-live="y=top[{k}]; height=full[{k}]"/>')
        return draw.signal(
            name, draw.box(x, base - TANK / 2, 38, TANK, stroke=color, radius=3), draw.panel(fill, x=x, y=zero),
            *(draw.label(x, 179, f"{letter}_t", size=15, bold=True, live=show and {"show": show})
              for letter, show in (letters or {name: None}).items()),
            self.value(x, 198, name), word(x, 218, text, "middle"))

    def _ink(self, letter):
        return f"c{plots.SIGNALS[self.signals[letter]]}"

"""What completes a try on a page is what `Try.done` says: both asked of the same states of every figure."""

import json
import subprocess

import numpy as np
import pytest
from node import node_binary

from helpers.live import load, names
from live_figures import assets
from live_figures.claims import _instances
from live_figures.guide import guide_spec
from live_figures.packed import packed
from tests.figures.test_figures_js import draw

RANDOM_STATES = 40
_ASK = """
import { done, near } from "./done.js";
const ask = { done: (asked, values, arrays) => done(asked, values, (name) => arrays[name]), near };
let text = "";
process.stdin.on("data", (part) => { text += part; }).on("end", () => console.log(JSON.stringify(
  JSON.parse(text).map(([name, ...given]) => ask[name](...given)))));
"""


def _asked_in_node(cases) -> list[bool]:
    command = [node_binary(), "--input-type=module", "-e", _ASK]
    ran = subprocess.run(command, input=packed(cases), cwd=assets.BUILT.parent, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def _states(fig, asked, rng):
    """Random states; the one that completes the try, at its ends and middles; each of these with one value moved."""
    for _ in range(RANDOM_STATES):
        yield {c.name: draw(c, rng) if not c.structural else rng.choice(c.ends()).item() for c in fig.controls}
    for state in _instances(fig, asked.states[-1]):
        yield state
        for control in fig.controls:
            if control.name in state:
                yield state | {control.name: draw(control, rng) if not control.structural else control.ends()[-1]}


@pytest.mark.parametrize("name", [name for name in names() if load(name).tries])
def test_a_page_and_python_agree_on_what_completes_a_try(name):
    fig, rng, cases, expected = load(name), np.random.default_rng(0), [], []
    for asked, spec in zip(fig.tries, guide_spec(fig)[0]["tries"], strict=True):
        for state in _states(fig, asked, rng):
            values = fig.values(**state)
            arrays = {asked.met: fig.run(**state)[asked.met].item()} if asked.met else {}
            cases.append(["done", spec, values, arrays])
            expected.append(asked.done(values, arrays))
    assert _asked_in_node(cases) == expected
    assert any(expected) and not all(expected)


def test_what_a_finger_can_tell_apart_is_not_near():
    plain, log = {"kind": "slider", "min": -5, "max": 5}, {"kind": "slider", "min": 0.01, "max": 100, "log": True}
    asked = [(plain, 1.1, 1, []), (plain, 1.3, 1, []), (plain, 1.1, [0.9, 1], []), (log, 1.1, 1, []), (log, 1.3, 1, []),
             (plain, 1.1, 1, [1.15]), (plain, 1.05, 1, [1.15]), ({"kind": "choice"}, "a", "b", [])]
    assert _asked_in_node([["near", *case] for case in asked]) == [True, False, True, True, False, False, True, False]

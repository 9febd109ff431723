"""The palette can be told apart by every eye and read in both themes; the style sheet has the same colours."""

import itertools
import math
import re

import numpy as np
import pytest

from live_figures import assets, palette

# How colours look without the cones for long, medium or short waves, in linear RGB
# (Machado, Oliveira, Fernandes 2009, severity 1.0).
CONES = {
    "all": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
THEMES = ("light", "dark")


def of(color: str, theme: str) -> str:
    return color if theme == "light" else palette.DARK[color]


def linear(color: str) -> np.ndarray:
    v = np.array([int(color[k:k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def contrast(a: str, b: str) -> float:
    """The ratio of WCAG 2, from 1 to 21."""
    lights = sorted(linear(c) @ [0.2126, 0.7152, 0.0722] for c in (a, b))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear RGB, white D65."""
    xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                    [0.0193339, 0.1191920, 0.9503041]]) @ np.clip(rgb, 0, 1) / [0.95047, 1.0, 1.08883]  # fmt: skip
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def ciede2000(one, two) -> float:
    """The colour difference of CIE 142-2001, in the steps of Sharma, Wu, Dalal 2005."""
    (l1, a1, b1), (l2, a2, b2) = one, two
    mean = (math.hypot(a1, b1) + math.hypot(a2, b2)) / 2
    g = 0.5 * (1 - math.sqrt(mean**7 / (mean**7 + 25**7)))
    c1, c2 = math.hypot((1 + g) * a1, b1), math.hypot((1 + g) * a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, (1 + g) * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    hue = h1 + h2 if c1 * c2 == 0 else h1 + turn / 2
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    cos = lambda degrees: math.cos(math.radians(degrees))  # noqa: E731
    t = 1 - 0.17 * cos(hue - 30) + 0.24 * cos(2 * hue) + 0.32 * cos(3 * hue + 6) - 0.2 * cos(4 * hue - 63)
    dl = (l2 - l1) / (1 + 0.015 * (light - 50) ** 2 / math.sqrt(20 + (light - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    rotation = -2 * math.sqrt(chroma**7 / (chroma**7 + 25**7)) * math.sin(
        math.radians(60 * math.exp(-((((hue - 275) + 180) % 360 - 180) / 25) ** 2)))
    return math.sqrt(dl**2 + dc**2 + dh**2 + rotation * dc * dh)


@pytest.mark.parametrize(("one", "two", "difference"), [  # of the table that Sharma, Wu, Dalal give to test with
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
])  # fmt: skip
def test_the_colour_difference_is_the_published_one(one, two, difference):
    assert abs(ciede2000(one, two) - difference) < 5e-5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", ["PAPER", "STAGE"])
def test_every_line_colour_can_be_read_as_text(theme, ground):
    behind = of(getattr(palette, ground), theme)
    assert min(contrast(of(c, theme), behind) for c in (*palette.COLORS, palette.INK)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_ink_can_be_read_on_every_area(theme):
    assert min(contrast(of(palette.INK, theme), of(area, theme)) for area in palette.AREAS) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("cones", CONES)
def test_any_two_lines_can_be_told_apart(theme, cones):
    seen = [lab(np.asarray(CONES[cones]) @ linear(of(c, theme))) for c in palette.COLORS]
    apart = {pair: ciede2000(seen[pair[0]], seen[pair[1]]) for pair in itertools.combinations(range(7), 2)}
    assert min(apart.values()) >= 11, (min(apart, key=apart.get), min(apart.values()))


def test_every_colour_has_its_dark_form():
    scales = [c for scale in (palette.SEQUENTIAL, palette.DIVERGING) for _, c in scale]
    named = {*palette.COLORS, *palette.AREAS, palette.INK, palette.GRID, palette.PAPER, palette.STAGE, *scales}
    assert named == set(palette.DARK)


def test_the_style_sheet_has_the_same_colours():
    named = re.findall(r"--live-([ca]\d|grid): (#\w+);", assets.text("live-figure.css"))
    light, dark = (dict(named[k:k + 15]) for k in range(0, len(named), 15))
    for theme, found in (("light", light), ("dark", dark)):
        slots = {f"{kind}{k}": of(c, theme) for kind, colors in (("c", palette.COLORS), ("a", palette.AREAS))
                 for k, c in enumerate(colors)}  # fmt: skip
        assert found == slots | {"grid": of(palette.GRID, theme)}

"""The likeliest characters of a network, in falling order, for figures that show them as bars."""

from array_api_compat import array_namespace

from helpers.sequence import scan
from live_figures import draw

FULL = 270.0  # the length of a bar that stands for certainty


def likeliest(scores, p, count):
    """Codes and probabilities (count,) of the highest of the scores (V,); p (V,) are the probabilities."""
    xp = array_namespace(scores)
    index = xp.arange(scores.shape[0])

    def take_one(carry, _):
        (left,) = carry
        best = xp.argmax(left)
        here = index == best
        return (xp.where(here, -1e9 + 0.0 * left, left),), (best, xp.sum(xp.where(here, p, 0.0 * p)))

    return scan(take_one, (scores,), (p[:count],))[1]


def bar_rows(count, top):
    """The parts of a diagram, 384 wide and with lines 18 apart from `top` on, of the arrays `label`, `bar` and `p`.

    Behind each bar stands what it would be if it were certain.
    """
    return [part for k, y in enumerate(range(top, top + 18 * count, 18)) for part in (
        f'<rect x="36" y="{y - 7}" width="{FULL:g}" height="14" rx="3" class="fill-a6 stroke-none" opacity="0.35"/>',
        draw.label(18, y, size=15, mono=True, live={"text": f"label[{k}]:c"}),
        f'<rect x="36" y="{y - 7}" height="14" rx="3" class="fill-c0 stroke-none" data-live="width=bar[{k}]"/>',
        draw.label(372, y, anchor="end", live={"text": f"p[{k}]:.1%"}))]

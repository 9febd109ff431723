"""The likeliest characters of a network, in falling order, for figures that show them as bars."""

from array_api_compat import array_namespace

from helpers.sequence import scan


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

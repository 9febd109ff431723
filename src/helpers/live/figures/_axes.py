"""Axes that several live figures share."""

__all__ = ["powers_of_ten"]

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def powers_of_ten(low: int, high: int, step: int) -> dict:
    """Range and labels of an axis whose data are decimal logarithms: 10⁻⁴, 1, 10⁴, ...

    The figures compute in logarithms, where a product of a hundred Jacobians neither overflows nor underflows.
    """
    ticks = list(range(low, high + 1, step))
    labels = ["1" if t == 0 else f"10{str(t).translate(_SUPERSCRIPTS)}" for t in ticks]
    return {"range": [low, high], "tickvals": ticks, "ticktext": labels}

"""Computed values put into words and marks: number formats, the readout sentence, the bindings of an SVG diagram.

`static/numbers.js` and `static/diagram.js` do the same in the page (`formatValue`, `fillTemplate`, `applyBinding`);
tests hold the two together. Ties are rounded away from zero, as JavaScript does, so that both print the same digits.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

__all__ = ["SIGNS", "attribute_number", "diagram_references", "diagram_text", "fill_diagram", "fill_template",
           "follows_text", "format_value", "parse_diagram", "references", "unbroken"]

_FORMAT = re.compile(r"^(?:d|c|\.(\d+)([feg%]))$")
_FIELD = re.compile(r"\{(\w+(?:\[\d+\])*)(?::([^{}]*))?\}")
_BINDING = re.compile(r"^\s*([\w:-]+)\s*=\s*(\w+(?:\[\d+\])*)\s*(?::\s*(\S+)\s*)?$")
SIGNS = {" ": "␣", "\n": "↵", "\t": "⇥"}  # what stands for a character that cannot be seen
_OPERATOR = re.compile(r"(?<=[\w)′]) ([=+−·<>≤≥≈]) (?=[\w(√−])")
_PERCENT = re.compile(r"(?<=\d) (?=%)")
_NEVER_NEGATIVE = {"width", "height", "r", "rx", "ry", "stroke-width"}
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_BIG = 1e21  # from here on JavaScript's toFixed gives up and so do we

ET.register_namespace("", "http://www.w3.org/2000/svg")


def format_value(value, spec: str = ".3g") -> str:
    """`value` as text: d (whole number), c (the character of a code), .Nf, .Ne, .Ng or .N%; typeset.

    Raises ValueError for another format. A text value is returned as it is.
    """
    if isinstance(value, str):
        return value
    match = _FORMAT.match(spec)
    if not match:
        raise ValueError(f"unknown number format {spec!r}; use d, c, .Nf, .Ne, .Ng or .N%")
    value = float(value)
    if spec == "c":
        return chr(int(value))
    digits, kind = (0, "f") if spec == "d" else (int(match[1]), match[2])
    if kind == "%":
        return _typeset(_fixed(100 * value, digits)) + "%"
    return _typeset({"f": _fixed, "e": _exponent, "g": _general}[kind](value, digits))


def unbroken(text: str) -> str:
    """`text` with each formula, and each number with its sign of percent, kept on one line."""
    joined = _PERCENT.sub("\N{NO-BREAK SPACE}", _OPERATOR.sub("\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}", text))
    return joined.replace(")/√", ")/\N{WORD JOINER}√")


def _typeset(text: str) -> str:
    """`text`, a number as JavaScript writes it, with a real minus sign and a raised power: `-1e-5` is −1×10⁻⁵."""
    mantissa, _, power = text.partition("e")
    sign = "−" if mantissa.startswith("-") and any(c in "123456789" for c in mantissa) else ""
    raised = f"×10{str(int(power)).translate(_RAISED)}" if power else ""
    return sign + mantissa.lstrip("-") + raised


def _fixed(value: float, digits: int) -> str:
    if abs(value) >= _BIG:
        return _exponent(value, digits)
    return format(Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP), "f")


def _rounded(value: float, digits: int) -> tuple[Decimal, int]:
    """`value` rounded to `digits` decimals of its mantissa, and its power of ten after rounding."""
    exact = Decimal(value)
    if not exact:
        return Decimal(0), 0
    exact = exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits), ROUND_HALF_UP)
    return exact, exact.adjusted()


def _exponent(value: float, digits: int) -> str:
    rounded, power = _rounded(value, digits)
    mantissa = format(rounded.scaleb(-power).quantize(Decimal(1).scaleb(-digits)), "f")
    return f"{mantissa}e{power:+d}"


def _general(value: float, digits: int) -> str:
    digits = max(digits, 1)
    rounded, power = _rounded(value, digits - 1)
    if -4 <= power < digits:
        text = format(rounded, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, exponent = _exponent(value, digits - 1).split("e")
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + "e" + exponent


def attribute_number(name: str, value) -> str:
    """`value` as the text of an SVG attribute: six significant digits, never negative where SVG forbids it."""
    value = max(float(value), 0.0) if name in _NEVER_NEGATIVE else float(value)
    text = _general(value, 6)
    return text.lstrip("-") if float(text) == 0 else text


def references(template: str) -> list[str]:
    """The values that a readout sentence shows, in order."""
    return [m[1] for m in _FIELD.finditer(template)]


def fill_template(template: str, get: Callable[[str], object]) -> str:
    """`template` with each `{reference:format}` replaced by `get(reference)`, formatted."""
    return _FIELD.sub(lambda m: format_value(get(m[1]), m[2] or ".3g"), template)


def _bindings(element: ET.Element) -> list[tuple[str, str, str]]:
    parts = []
    for part in filter(str.strip, element.get("data-live", "").split(";")):
        match = _BINDING.match(part)
        if not match:
            raise ValueError(f"diagram: cannot read data-live {part.strip()!r}; write width=h[0] or text=h[0]:.2f")
        parts.append((match[1], match[2], match[3] or ".3g"))
    return parts


def parse_diagram(svg: str) -> ET.Element:
    """The diagram's root element; raises ValueError for what is not one well-formed `<svg>` with a viewBox."""
    try:
        root = ET.fromstring(svg)
    except ET.ParseError as error:
        raise ValueError(f"diagram is not well-formed SVG: {error}") from error
    if root.tag.rpartition("}")[2] != "svg" or root.get("viewBox") is None:
        raise ValueError("diagram must be one <svg> element with a viewBox")
    return root


def follows_text(element: ET.Element) -> bool:
    """Whether what stands in this element is a computed value."""
    return any(name == "text" for name, _, _ in _bindings(element))


def diagram_text(root: ET.Element) -> str:
    """The diagram as text again."""
    return ET.tostring(root, encoding="unicode")


def diagram_references(svg: str) -> list[str]:
    """The values that a diagram shows."""
    return [reference for element in parse_diagram(svg).iter() for _, reference, _ in _bindings(element)]


def fill_diagram(svg: str, get: Callable[[str], object]) -> str:
    """The diagram with `get(reference)` written into every element that carries `data-live`."""
    root = parse_diagram(svg)
    for element in root.iter():
        for name, reference, spec in _bindings(element):
            value = get(reference)
            if name == "text":
                element[:] = []
                element.text = format_value(value, spec)
            elif name == "show":
                element.set("visibility", "visible" if float(value) > 0 else "hidden")
            else:
                element.set(name, attribute_number(name, value))
    return diagram_text(root)

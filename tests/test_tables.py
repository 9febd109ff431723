"""A comparison says what it compares, shows the spread over seeds, and refuses what cannot be compared."""

import pytest

from helpers.tables import Comparison, markdown

ROWS = {"tanh": {"error": [0.3, 0.1, 0.2], "parameters": 1000},
        "LSTM": {"error": [7e-5, 1e-5, 9e-5], "parameters": 996}}


def made(**parts):
    return Comparison(**{"rows": ROWS, "differs": "cell", "equal": "Adam at rate 0.01", "seeds": (0, 1, 2)} | parts)


def test_a_comparison_shows_median_and_spread_and_its_basis():
    text = made(formats={"error": ".2g", "parameters": "d"})._repr_markdown_()
    assert text.splitlines()[0] == "| cell | error | parameters |"
    assert "| tanh | 0.2 (0.1 to 0.3) | 1000 |" in text
    assert "| LSTM | 7×10⁻⁵ (1×10⁻⁵ to 9×10⁻⁵) | 996 |" in text
    assert text.endswith("The same in every row: Adam at rate 0.01. Seeds 0, 1, 2: median (lowest to highest).")


@pytest.mark.parametrize(("parts", "says"), [
    ({"equal": " "}, "equal: expected rows, .* what is the same"),
    ({"rows": {}}, "rows, differs, equal: expected rows"),
    ({"rows": ROWS | {"GRU": {"error": [1, 2, 3]}}}, "rows: 'GRU' has the columns"),
    ({"formats": {"erorr": ".2f"}}, "no column 'erorr'"),
])  # fmt: skip
def test_what_cannot_be_compared_is_refused(parts, says):
    with pytest.raises(ValueError, match=says):
        made(**parts)


def test_a_seed_that_is_missing_is_named():
    with pytest.raises(ValueError, match="row 'tanh', column 'error': expected one number for each of the 2 seeds"):
        made(seeds=(0, 1))._repr_markdown_()
    with pytest.raises(ValueError, match="expected 2 cells"):
        markdown(["a", "b"], [["1"]])

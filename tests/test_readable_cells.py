"""Readable cells: the measures by their definitions, the shipped cells measured again, counts that add up."""

from collections import Counter

import numpy as np
import pytest
import torch

from experiments import next_character, readable_cells
from helpers import char_lstm, places, text
from helpers.data import char_baselines
from helpers.measured import measured

torch.set_num_threads(1)


def test_measures_against_their_definitions():
    rng = np.random.default_rng(0)
    cells, yes = rng.normal(size=(400, 3)), (rng.uniform(size=400) < 0.3).astype(float)
    cells[:, 1] += 2 * yes
    wanted = [np.corrcoef(column, yes)[0, 1] for column in cells.T]
    np.testing.assert_allclose(readable_cells.correlations(cells, yes), wanted, atol=1e-5)
    pairs = cells[yes > 0, 1][:, None] > cells[yes == 0, 1]
    assert readable_cells.auc(cells[:, 1], yes) == pytest.approx(pairs.mean())
    limit = readable_cells.threshold(cells[:, 1], yes)
    score = lambda at: readable_cells.balanced(cells[:, 1] > at, yes)  # noqa: E731
    assert score(limit) >= max(score(at) for at in cells[:, 1]) - 1e-9
    median, largest = readable_cells.shifted(np.tile(cells[:20], (800, 1)), np.tile(yes[:20], 800))
    whole = np.abs(readable_cells.correlations(cells[:20], yes[:20])).max()
    assert median < largest == pytest.approx(whole, abs=1e-4)  # some shifts are by a whole number of periods


@pytest.fixture(scope="module")
def held_out():
    """tanh(c) of the larger network over the modules to choose by and the held-out ones, and its loss on these."""
    model = readable_cells.network_of("large", 0)
    valid, test = (readable_cells.cells(model, readable_cells.part(name).codes) for name in ("valid", "test"))
    return valid, test, readable_cells.loss(model)


@pytest.mark.slow
def test_bits_and_meanings_measured_again(held_out):
    valid, test, bits = held_out
    assert bits == pytest.approx(char_lstm.trained().bits, abs=1e-3)
    saved = measured("readable_cells")["networks"]["large"]
    assert len(char_lstm.meanings()) >= 3
    for unit, name, correlation, control in char_lstm.meanings():
        again = readable_cells.measured(name, valid, test)
        assert again["unit"] == unit and again["correlation"] == pytest.approx(correlation, abs=2e-3)
        assert again.pop("shifted") == pytest.approx([saved[name][0].pop("shifted")[0], control], abs=2e-3)
        assert again == pytest.approx(saved[name][0], abs=5e-3)


def test_a_meaning_is_more_than_every_control():
    networks = measured("readable_cells")["networks"]
    for _, name, correlation, control in char_lstm.meanings():
        (mine,) = networks["large"][name]
        assert abs(correlation) > 3 * control and control == mine["shifted"][1]
        assert abs(mine["far"]) > max(abs(m["far"]) for network in readable_cells.CONTROLS
                                      for m in networks[network][name])


def test_what_the_page_says_of_the_cells():
    networks = measured("readable_cells")["networks"]
    size = lambda network, name, key="correlation": [abs(m[key]) for m in networks[network][name]]  # noqa: E731
    last = lambda name, key="correlation": max(  # noqa: E731
        size(network, name, key)[0] for network in networks if network.startswith("last"))
    text_cell, brackets, column, indentation = char_lstm.meanings()
    assert text_cell[:2] == (86, "in a string or comment") and brackets[:2] == (65, "in brackets")
    assert column[:2] == (40, "column") and indentation[:2] == (73, "indentation")
    shown = lambda *values: [round(v, 2) for v in values]  # noqa: E731
    assert shown(*(m.correlation for m in char_lstm.meanings())) == [0.83, -0.75, 0.58, 0.52]
    name = text_cell.name
    assert shown(size("large", name, "far")[0], last(name), last(name, "far"), text_cell.control) == [
        0.91, 0.69, 0.66, 0.13]
    assert shown(max(size("untrained", name)), max(size("untrained", name, "far"))) == [0.27, 0.21]
    assert shown(size("large", "in brackets", "far")[0], max(size("untrained", "column"))) == [0.81, 0.56]
    for loose in ("indentation", "column"):
        assert last(loose) > size("large", loose)[0] and last(loose, "far") < size("large", loose, "far")[0]
    assert last("in a string", "far") > size("large", "in a string", "far")[0]
    others = [shown(*size("large, trained shorter", n)) for n in (name, "in brackets", "indentation")]
    assert others == [[0.73, 0.76], [0.83, 0.74], [0.59, 0.55]]
    assert shown(*(size("small", n)[0] for n in (name, "in brackets", "indentation"))) == [0.72, 0.59, 0.58]
    away = [v for network in ("large", "small", "large, trained shorter") for v in size(network, "column", "far")]
    assert shown(min(away), max(away)) == [0.03, 0.49]
    assert all(size("large", n, "readout")[0] > size("large", n)[0] for n in places.PLACES)


# Baselines.


def test_counts_against_a_plain_count():
    """p_k of modified Kneser-Ney, from sets and Counters."""
    rng = np.random.default_rng(1)
    train, asked = rng.integers(1, 4, 300), rng.integers(1, 4, 30)
    found = char_baselines.kneser_ney(train, asked, 2)
    codes = np.concatenate([[0, 0, 0], train, asked]).tolist()
    ends = range(3, 3 + len(train))

    def p(k, context, x, top):
        runs = [tuple(codes[t - k:t + 1]) for t in ends]
        wider = {tuple(codes[t - k - 1:t + 1]) for t in ends}
        counts = Counter(runs) if top else Counter(run[1:] for run in wider)
        d = char_baselines.discounts(np.array(list(counts.values())))
        mine = {run: n for run, n in counts.items() if run[:k] == context}
        shorter = p(k - 1, context[1:], x, False) if k else 1 / len(text.VOCABULARY)
        if not mine:
            return shorter
        n, taken = mine.get((*context, x), 0), sum(d[min(n, 3)] for n in mine.values())
        return (n - d[min(n, 3)] + taken * shorter) / sum(mine.values())

    for k in range(3):
        for j in range(len(asked)):
            t = 3 + len(train) + j
            assert found[k, j] == pytest.approx(-np.log2(p(k, tuple(codes[t - k:t]), codes[t], True)))
    assert sum(p(2, (1, 2), x, True) for x in range(len(text.VOCABULARY))) == pytest.approx(1)


def test_who_costs_how_many_bits():
    """What the page says: the networks lie between counts of few and of many characters, xz below all of them."""
    saved = measured("next_character")
    bits, counts = saved["bits"], saved["counts"]
    assert all(bits[size] == pytest.approx(char_lstm.trained(size).bits, abs=1e-4) for size in char_lstm.SIZES)
    assert bits["xz"] < bits["counts"] < bits["large"] < bits["small"] < counts["test"][3]
    assert counts["test"][6] < bits["large"] < counts["test"][5]
    assert counts["best"] == int(np.argmin(counts["valid"])) and len(counts["valid"]) == next_character.LONGEST + 1

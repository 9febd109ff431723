"""The figure alignment: against the equations of the course, against torch, and its calendar against Python's."""

import datetime

import numpy as np
import pytest
import torch

from helpers import dates
from helpers.attention import additive_scores
from helpers.encoder_decoder import remember, write_step
from helpers.figures import alignment
from helpers.live import load
from helpers.seq2seq import as_module

torch.set_num_threads(1)
TEXTS = (*alignment.EXAMPLES, "04/03/2005", "né le 7 août 1999 à midi", "5", "Ω € q", "x" * dates.LONGEST)


def written(arrays):
    return "".join(map(chr, arrays["answer"][0]))


@pytest.mark.parametrize("text", TEXTS)
def test_the_figure_reads_as_the_network_does(text):
    """Probabilities and weights of `dates.read`, which goes by the equations of the course."""
    reading, got = dates.read(dates.trained("attention"), text), load("alignment").run(text=text)
    T = min(len(reading.probabilities), alignment.WRITTEN)
    assert written(got)[:len(reading.text)] == reading.text[:alignment.WRITTEN]
    np.testing.assert_allclose(got["sure"][:T], reading.probabilities[:T].max(axis=-1), atol=1e-12)
    np.testing.assert_allclose(got["links"][:T, :len(text)], reading.weights[:T], atol=1e-12)
    assert not got["links"][:, len(text):].any()


@pytest.mark.parametrize("text", TEXTS)
def test_the_figure_equals_the_network_in_torch(text):
    model, codes = as_module(dates.trained("attention")).double(), torch.as_tensor(dates.encode(text))[:, None]
    want = model.write(codes, torch.tensor([len(codes)]), alignment.WRITTEN)
    for at in (0, 6, 9):
        got = load("alignment").run(text=text, at=at)
        np.testing.assert_allclose(got["p_here"], want.probabilities[at, 0], atol=1e-6)  # its weights are float32
        np.testing.assert_allclose(got["links"][:, :len(text)], want.weights[:, :, 0], atol=1e-6)


def test_the_score_is_that_of_the_query_before_the_step():
    text, params = "03/04/05", dates.trained("attention")
    memory = remember(params, dates.one_hot(text))
    s, y = memory.s, np.zeros((1, len(dates.SYMBOLS)))
    for at in range(alignment.WRITTEN):
        scores = additive_scores(s, memory.keys, params.W_q, params.W_k, params.v)[:, 0]
        got = load("alignment").run(text=text, at=at)
        np.testing.assert_allclose(got["e"], np.sort(scores)[:-3:-1], atol=1e-12)
        np.testing.assert_allclose(got["sum"], np.exp(scores).sum())
        step = write_step(params, memory, s, y)
        s, y = step.s, np.eye(len(dates.SYMBOLS))[[step.logits[0].argmax()]]


@pytest.mark.parametrize("text", ["03/04/05", "04/03/2005", "hello", "1 Jan 20"])
def test_the_second_reading_is_another_and_has_the_probability_that_is_said(text):
    got = load("alignment").run(text=text)
    first, second = ("".join(map(chr, row)).replace("↵", "\n") for row in got["answer"])
    assert first != second
    step, state = dates.writer(dates.trained("attention"), text)
    symbol, total = None, 0.0
    for c in second:
        log_p, state = step(state, symbol)
        symbol = dates.SYMBOLS.index(c)
        total += log_p[symbol]
    np.testing.assert_allclose(got["p"][1], np.exp(total), rtol=1e-9)


@pytest.mark.parametrize("text", ["2000-02-29", "1900-02-29", "2100-02-29", "2023-02-29", "2024-02-30", "2024-04-31",
                                  "2024-12-31", "2024-13-01", "2024-00-10", "2024-01-00", "2024-1-012", "2024001-01",
                                  "197--07-07", "2999909-09", "2005-03-0\n", "\n\n\n\n\n\n\n\n\n\n"])  # fmt: skip
def test_the_calendar_is_that_of_python(text):
    try:
        exists = bool(datetime.date.fromisoformat(text))
    except ValueError:
        exists = False
    codes = np.array([dates.SYMBOLS.index(c) for c in text])
    consts = load("alignment").float_consts()
    assert bool(alignment._exists(consts["days"], consts["form"], codes)) == exists


@pytest.mark.parametrize("character", sorted(alignment.TYPED))
def test_each_known_character_is_read_as_the_network_encodes_it(character):
    consts = alignment.consts()
    assert consts["codes"][alignment.TYPED.index(character)] == dates.encode(character)[0] != dates.UNKNOWN


def test_unknown_characters_are_one_to_it():
    fig = load("alignment")
    a, b = (fig.run(text=f"{c} 5 May 2001") for c in "Ω\N{GRINNING FACE}")
    assert np.array_equal(a["sure"], b["sure"]) and a["strange"] and chr(fig.run(text="Ω")["looked"][0]) == "□"

"""The character LSTM: torch's numbers, what it reads and refuses, the places of a text, and how it is trained."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from helpers import char_lstm, params, places, syntax, text
from helpers.data import make_char_lstm, make_syntax

torch.set_num_threads(1)
CODE = 'def f(x):\n    """Twice é."""\n    # double\n    return [2 * x, "a(b"]\n'
only_3_11 = pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the text is the library of Python 3.11")


@pytest.mark.parametrize("size", char_lstm.SIZES)
def test_the_networks_are_torchs_lstm_and_readout(size):
    model, codes = char_lstm.trained(size), char_lstm.encode(CODE)
    assert model.params.W_h.shape == (char_lstm.SIZES[size], 4 * char_lstm.SIZES[size])
    x = torch.eye(syntax.VOCABULARY, dtype=torch.float64)[codes][:, None]
    with torch.no_grad():
        h, (_, last) = params.to_torch(model.params)(x)
    trace = char_lstm.read(model, codes)
    np.testing.assert_allclose(trace.h, h[:, 0], atol=1e-10)
    np.testing.assert_allclose(trace.c[-1], last[0, 0], atol=1e-10)
    scores = h[:, 0] @ torch.as_tensor(model.V) + torch.as_tensor(model.c)
    np.testing.assert_allclose(char_lstm.log_chances(model, trace.h), torch.log_softmax(scores, -1), atol=1e-10)


def test_weights_are_bytes_and_the_files_are_small():
    for size, largest in (("large", 150_000), ("small", 60_000)):
        file = char_lstm.stored(size)
        assert all(file[name].dtype == np.uint8 for name in char_lstm.WEIGHTS)
        path = Path(char_lstm.__file__).parent / "data" / char_lstm.FILES[size]
        assert path.stat().st_size < largest


def test_rounding_moves_no_weight_by_more_than_half_a_step():
    model = make_char_lstm.as_model(make_char_lstm.Net(5, seed=3))
    stored = make_char_lstm.in_bytes(model)
    again = char_lstm.unpacked(stored | {"bits": 1.5})
    for name, before, after in (("W_x", model.params.W_x, again.params.W_x), ("b", model.params.b, again.params.b),
                                ("V", model.V, again.V)):
        assert np.abs(before - after).max() <= stored[f"{name} step"] * 0.5001
    assert again.bits == 1.5


def test_a_text_alone_and_among_others_reads_alike():
    model, codes = char_lstm.trained("small"), char_lstm.encode(CODE)
    both = np.stack([codes, codes[::-1]], axis=1)
    alone, among = char_lstm.read(model, codes), char_lstm.read(model, both)
    for one, many in zip(alone, among, strict=True):
        assert one.shape == (len(codes), 64) and many.shape == (len(codes), 2, 64)
        np.testing.assert_allclose(one, many[:, 0], atol=1e-12)
    log_p = char_lstm.log_chances(model, alone.h)
    known = text.encode(CODE.replace("é", "e"))
    cost = -log_p[np.arange(len(known) - 1), known[1:]].mean() / np.log(2)
    known_model = char_lstm.bits(model, known)
    assert cost == pytest.approx(known_model, abs=0.5) and cost != known_model  # é is read as another character


def test_what_is_outside_the_vocabulary_is_unknown():
    codes = char_lstm.encode("aé\t\n")
    assert codes.tolist() == [text.VOCABULARY.index("a"), syntax.UNKNOWN, syntax.UNKNOWN, 0]
    with pytest.raises(TypeError, match="expected a str"):
        char_lstm.encode(b"a")


@pytest.mark.parametrize(("codes", "error", "says"), [
    ([], ValueError, "at least one character"), ([97], ValueError, "codes: expected codes from 0 to 96"),
    ([0.5], TypeError, "whole numbers"), (np.zeros((1, 1, 1), int), ValueError, r"shape \(T,\) or \(T, B\)"),
    ("abc", TypeError, "expected an array"),
])  # fmt: skip
def test_other_codes_are_refused(codes, error, says):
    with pytest.raises(error, match=says):
        char_lstm.read(char_lstm.trained("small"), codes)


def test_other_models_are_refused():
    model = char_lstm.trained("small")
    with pytest.raises(TypeError, match="model: expected a CharLSTM"):
        char_lstm.read(model.params, [1])
    with pytest.raises(ValueError, match="V: expected shape"):
        char_lstm.log_chances(model._replace(V=model.V.T), np.zeros(64))
    with pytest.raises(ValueError, match="size: expected one of"):
        char_lstm.trained("huge")
    with pytest.raises(ValueError, match="at least 2 characters"):
        char_lstm.bits(model, [1])
    with pytest.raises(ValueError, match="codes after the first"):
        char_lstm.bits(model, [1, syntax.UNKNOWN])


# What is at each place.


def test_places_by_hand():
    code = CODE.replace(" é", "")
    found = places.places(syntax.Labelled(text.encode(code), syntax.label(code)))
    lines = code.split("\n")
    of_line = lambda name, k: found[name][sum(map(len, lines[:k])) + k:][:len(lines[k])].astype(int).tolist()  # noqa: E731
    assert of_line("in a docstring", 1) == [0] * 4 + [1] * 11 + [0]
    assert of_line("in a comment", 2) == [0] * 4 + [1] * 8
    assert of_line("in a string", 3) == [0] * 19 + [1] * 4 + [0] * 2
    assert of_line("bracket depth", 3) == [0] * 11 + [1] * 13 + [0]
    assert of_line("in brackets", 0) == [0] * 5 + [1, 1, 0, 0]
    assert of_line("indentation", 2) == [1, 2, 3] + [4] * 9
    assert of_line("column", 0) == list(range(1, 10))
    either = found["in a string"] + found["in a docstring"] + found["in a comment"]
    np.testing.assert_array_equal(found["in a string or comment"], either)


def test_far_places_have_no_sign_near():
    codes = text.encode("ab(cde)fg\nhi")
    assert places.far(codes, "in brackets", 3).tolist() == [False] * 2 + [False] * 3 + [True] + [False] * 3 + [True] * 3
    assert not places.far(codes, "in brackets", 13).any()


# Training.


@only_3_11
def test_no_held_out_module_is_trained_on():
    names = set(make_char_lstm.modules())
    assert names.isdisjoint({*make_syntax.PARTS["valid"], *make_syntax.PARTS["test"], *text.HELD_OUT})
    assert len(names) > 500 and not any(part.startswith("test") for name in names for part in name.split("."))


def test_streams_read_on_or_jump_to_where_top_level_code_begins():
    whole = "".join(f"import m{k}\n" + "    x = 1\n" * 30 for k in range(40))
    batch, rng = make_char_lstm.batches(whole), torch.Generator().manual_seed(0)
    (x, fresh), y = batch(rng)
    assert fresh.all()
    jumps = 0
    for _ in range(20):
        (x_next, fresh), y_next = batch(rng)
        assert ((x[1:] == y[:-1]) | (x[1:] == syntax.UNKNOWN)).all()
        on = (x_next[0] == y[-1]) | (x_next[0] == syntax.UNKNOWN)
        assert on[~fresh].all()
        begins = {text.decode(column[:7].numpy()) for column in y_next[:, fresh].T}
        assert begins <= {"mport m"}
        jumps, x, y = jumps + int(fresh.sum()), x_next, y_next
    assert 0 < jumps < 20 * make_char_lstm.B / 2
    assert make_char_lstm.Net(4, 0)((x, fresh)).shape == (make_char_lstm.T, make_char_lstm.B, len(text.VOCABULARY))


def test_a_network_carries_its_state_on_but_for_fresh_streams():
    net = make_char_lstm.Net(4, seed=1)
    codes, fresh = torch.arange(12).reshape(6, 2), torch.tensor([True, True])
    with torch.no_grad():
        whole = net((codes, fresh))
        net((codes[:3], fresh))
        rest = net((codes[3:], torch.tensor([False, True])))
        alone = net((codes[3:], fresh))
    torch.testing.assert_close(rest[:, 0], whole[3:, 0])
    torch.testing.assert_close(rest[:, 1], alone[:, 1])
    assert (rest[:, 0] - alone[:, 0]).abs().max() > 1e-3


def test_training_goes_on_after_the_last_saved_rate(monkeypatch, tmp_path):
    monkeypatch.setattr(make_char_lstm, "training_text", lambda: "import os\n" + "    x = (1, 2)\n" * 400)
    train = lambda *stages: make_char_lstm.train("small", 0, stages, tmp_path).state_dict()  # noqa: E731
    once = train((1e-2, 2), (1e-3, 1))
    monkeypatch.setattr(make_char_lstm.training, "fit", None)  # nothing is left to be trained
    again = train((1e-2, 2), (1e-3, 1))
    assert all(torch.equal(once[name], again[name]) for name in once)
    with pytest.raises(TypeError):
        train((2e-2, 2))  # another plan starts anew

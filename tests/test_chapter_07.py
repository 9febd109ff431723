"""What the prose of chapter 07 says about saved runs and about the shipped networks."""

import json
from pathlib import Path

import numpy as np
import torch

from helpers import dates
from helpers.data import make_dates
from helpers.measured import measured
from helpers.seq2seq import as_module


def _right(net, length):
    """The share of symbols repeated right at this length, one a seed."""
    return np.array([right[length - 1] for right in measured("bottleneck")[net]["right"]])


def test_fixed_vectors_lose_symbols_before_the_longest_trained_text_the_smaller_the_more():
    for length in (8, 12, 16, 24):
        sizes = [_right(f"fixed vector {units}", length) for units in (24, 48, 96)]
        assert sizes[0].max() < sizes[1].min() and sizes[1].max() < sizes[2].min() and sizes[2].max() < 0.98


def test_attention_repeats_what_it_was_trained_on_and_falls_beyond_it():
    assert _right("attention 48", 12).min() > 0.999
    assert _right("attention 48", 16).max() < 0.9 and _right("attention 48", 24).max() < 0.6
    assert _right("attention 48", 24).min() > _right("fixed vector 96", 24).max()


def test_the_mean_of_the_states_helps_no_more_than_the_last():
    for length in range(6, 31):
        assert np.median(_right("average 48", length)) <= np.median(_right("fixed vector 48", length)) + 0.005


def _runs(net):
    return measured("dates")["readers"][net]


def test_short_trainings_part_with_the_length_and_long_ones_do_not():
    fixed, attends = (np.array(_runs(f"{net}, short")["around"]) for net in ("fixed vector", "attention"))
    assert np.all(np.diff(np.median(fixed, axis=0)) < 0) and fixed[:, -1].max() < attends[:, -1].min()
    assert min(np.min(_runs(net)["around"]) for net in ("fixed vector", "attention")) > 0.98


def test_attention_learns_faster_with_every_seed():
    first = {net: [int(np.argmax(np.array(curve) >= 0.9)) for curve in _runs(net)["curve"]]
             for net in ("fixed vector", "attention")}
    assert max(first["attention"]) < min(first["fixed vector"])


def test_a_forgotten_mask_hardly_shows_and_padding_read_ruins_a_fixed_vector():
    assert np.min(_runs("attention")["padding: the weights see it"]) >= 0.94
    fixed, attends = (np.array(_runs(net)["padding: the encoder reads it"])[:, -1]
                      for net in ("fixed vector", "attention"))
    assert fixed.max() < 0.9 and attends.min() > 0.97


def test_the_largest_weights_lie_where_they_should():
    runs = _runs("attention")
    own, other, chance = (np.array(runs[name]) for name in ("aligned", "elsewhere", "uniform"))
    assert own.min() > 0.89 and np.all(own > 2 * other) and np.all(other > chance)


def _tried(net):
    """The measures of seed 0 at each learning rate."""
    runs = json.loads((Path(__file__).parents[1] / "book" / "results" / "dates.json").read_text())
    return {run["setting"]["rate"]: run["measures"] | {"score": run["score"]} for run in runs
            if run["setting"]["net"] == net and run["setting"]["seed"] == 0 and "longest" not in run["setting"]}


def test_what_is_said_of_other_learning_rates():
    attends, fixed = _tried("attention"), _tried("fixed vector")
    after = measured("dates")["texts"].index(12_800)
    assert all(attends[rate]["curve"][after] > fixed[rate]["curve"][after] for rate in (0.006, 0.012, 0.024))
    assert attends[0.012]["score"] > 0.999 and 0.45 < attends[0.012]["aligned"][1] < 0.55
    both = attends[0.006]["padding: both"]
    assert both[0] == 1 and 0.18 < both[-1] < 0.22


def test_hiding_a_part_changes_it_without_attention_too():
    places, some = {"year": slice(0, 4), "month": slice(5, 7), "day": slice(8, 10)}, _some()
    for net in (as_module(dates.trained(name)) for name in dates.NETS):
        before = _codes(net, some)
        for name in places:
            start_stop = [one.spans[name] for one in some]
            texts = [one._replace(text=one.text[:start] + "\u25a1" * (stop - start) + one.text[stop:])
                     for one, (start, stop) in zip(some, start_stop, strict=True)]
            changed = {other: _changed(before, _codes(net, texts), places[other]) for other in places}
            assert changed.pop(name) >= 0.9 and max(changed.values()) < 0.25


def test_without_weights_on_it_a_year_or_a_day_is_lost_and_a_month_in_fewer_than_half():
    net, some = as_module(dates.trained("attention")), _some()
    codes, lengths, targets = make_dates.tensors(some)
    before, shares = _codes(net, some), {}
    for name in ("year", "month", "day"):
        visible = torch.ones(codes.shape, dtype=torch.bool)
        for b, one in enumerate(some):
            visible[slice(*one.spans[name]), b] = False
        after = net.write(codes, lengths, len(targets), visible=visible).codes
        shares[name] = [_changed(before, after, rows) for rows in (slice(0, 4), slice(5, 7), slice(8, 10))]
    assert shares["year"][0] > 0.95 and shares["day"][2] > 0.9 and 0.4 < shares["month"][1] < 0.5
    assert max(shares["year"][1:] + shares["month"][::2] + shares["day"][:2]) < 0.01


def _some():
    return dates.draw(600, np.random.default_rng(7), days="test")[:300]


def _codes(net, texts):
    codes, lengths, targets = make_dates.tensors(texts)
    return net.write(codes, lengths, len(targets)).codes


def _changed(before, after, rows):
    """The share of texts (T, B) of which these symbols are others."""
    return float((after[rows] != before[rows]).any(dim=0).double().mean())


def test_what_is_said_of_the_doubt():
    attends, fixed = _runs("attention"), _runs("fixed vector")
    assert max(run[1] for run in attends["doubt impossible"]) < 0.003 < min(run[1] for run in fixed["doubt impossible"])
    assert min(run[0] for run in attends["impossible"]) > 0.99 and min(run[1] for run in fixed["impossible"]) > 0.01
    assert min(run[2] for run in attends["ambiguous"]) > 0.35 and max(run[2] for run in fixed["ambiguous"]) < 0.15
    assert min(run[0] for run in fixed["ambiguous"]) > 0.85
    for run, plain in zip(attends["doubt ambiguous"], attends["doubt plain"], strict=True):
        assert plain[1] < run[1] < 0.1


def test_equal_numbers_are_all_that_the_training_shows_of_two_small_ones_and_most_answers_that_are_neither_reading():
    drawn = [one for one in dates.draw(5000, np.random.default_rng(0)) if "/" in one.pattern and one.pattern[0] != "y"]
    small = [one.iso for one in drawn if int(one.iso[8:]) <= 12]
    assert small and all(iso[5:7] == iso[8:] for iso in small)
    texts = [one for one in dates.draw(800, np.random.default_rng(4), days="test", kind="ambiguous")
             if not set(one.text) - set("0123456789/")]
    said = make_dates.read(as_module(dates.trained("attention")), texts)
    neither = [iso[5:7] == iso[8:10] for iso, one in zip(said, texts, strict=True)
               if {iso[5:7], iso[8:10]} != {f"{int(number):02}" for number in one.text.split("/")[:2]}]
    assert len(neither) > 0.35 * len(texts) and sum(neither) > 0.6 * len(neither)


def test_a_beam_changes_next_to_nothing():
    for net in ("attention", "fixed vector"):
        for kind in ("plain", "ambiguous"):
            narrow, wide = (np.array(_runs(net)[f"beam {width}, {kind}"])[:, 0] for width in (1, 5))
            assert np.abs(wide - narrow).max() < 0.02


def test_four_texts_of_the_chapter():
    net = dates.trained("attention")
    found = {}
    for text in ("12 March 2005", "31 February 2005", "03/04/2005", "04/03/2005"):
        reading = dates.read(net, text)
        found[text] = reading.text, float(reading.probabilities.max(axis=1).prod())
    assert [answer for answer, _ in found.values()] == ["2005-03-12", "2005-02-31", "2005-04-03", "2005-04-04"]
    assert min(p for text, (_, p) in found.items() if text != "04/03/2005") > 0.99
    assert found["04/03/2005"][1] < 0.9


def test_most_locales_that_write_slashes_put_the_day_first():
    slashes = {language: [p for p in dates.patterns(language) if "/" in p and not p.startswith("y")]
               for language in dates.LANGUAGES}
    first = [patterns[0][0] for patterns in slashes.values() if patterns]
    assert sorted(first) == ["M", "d", "d", "d", "d"]

"""Dates: drawn as people write them, split by day, and read alike by the course's equations and by torch."""

import datetime
import doctest
import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from helpers import dates, decoding, encoder_decoder, seq2seq
from helpers.data import date_baselines, date_measures, make_dates, make_dates_data

torch.set_num_threads(1)
DATA = Path(dates.__file__).with_name("data")


def drawn(n=2000, seed=0, **options):
    return dates.draw(n, np.random.default_rng(seed), **options)


def test_a_text_says_its_date_where_the_spans_say():
    months = {str(number) for number in range(1, 13)} | {f"{number:02d}" for number in range(1, 13)}
    for dated in drawn():
        day, month, year = (dated.text[slice(*dated.spans[name])] for name in ("day", "month", "year"))
        said = datetime.date.fromisoformat(dated.iso)
        assert int(day) == said.day and int(year) in (said.year, said.year % 100)
        assert int(month) == said.month if month in months else not any(c.isdigit() for c in month)
        assert len(dated.text) <= dates.LONGEST and set(dates.encode(dated.text)) <= set(range(dates.UNKNOWN))


def test_no_day_is_in_two_parts_and_each_part_is_drawn_from_its_days():
    counts = dict.fromkeys(dates.PARTS, 0)
    for k in range(dates.FIRST.toordinal(), dates.LAST.toordinal() + 1):
        counts[dates.part(datetime.date.fromordinal(k))] += 1
    assert counts == {"train": 29_220, "valid": 3652, "test": 3653}
    for part in dates.PARTS:
        assert {dates.part(datetime.date.fromisoformat(dated.iso)) for dated in drawn(500, days=part)} == {part}


def test_plain_texts_have_one_reading_and_the_others_are_as_they_are_called():
    slashes = re.compile(r"\b(\d\d?)/(\d\d?)/\d+")

    def two(text):
        found = slashes.search(text)
        return bool(found) and max(map(int, found.groups())) <= 12 and int(found[1]) != int(found[2])

    assert not any(two(dated.text) for dated in drawn(4000))
    assert all(two(dated.text) for dated in drawn(200, kind="ambiguous"))
    for dated in drawn(200, kind="impossible"):
        with pytest.raises(ValueError, match="day"):
            datetime.date.fromisoformat(dated.iso)


@pytest.mark.parametrize(("longest", "share"), [(36, 0.34), (18, 0.13)])
def test_words_stand_around_as_many_dates_as_is_said(longest, share):
    def has_words(dated):
        stored, space = dates._STORED[dated.language], "" if dated.language in ("Chinese", "Japanese") else " "
        return dated.text.startswith(tuple(word + space for word in stored["before"])) or dated.text.endswith(
            tuple(space + word for word in stored["after"]))

    assert np.mean([has_words(dated) for dated in drawn(8000, longest=longest)]) == pytest.approx(share, abs=0.015)


def test_every_pattern_of_every_language_is_drawn():
    found = {(dated.language, dated.pattern) for dated in drawn(6000)}
    assert found == {(language, pattern) for language in dates.LANGUAGES for pattern in dates.patterns(language)}


def test_longer_texts_are_as_long_as_asked_and_say_nothing_else():
    for dated in drawn(300, shortest=60, longest=72):
        assert 60 <= len(dated.text) <= 72
        rest = dated.text[:dated.spans["day"][0]] if dated.language not in ("Chinese", "Japanese") else ""
        assert not re.search(r"\d", rest.partition(dated.text[slice(*dated.spans["month"])])[0])


def test_the_frozen_formats_are_those_of_babel():
    """Where the Babel that they were frozen from is installed."""
    babel = pytest.importorskip("babel")
    stored = json.loads(gzip.decompress(make_dates_data.PATH.read_bytes()))
    if babel.__version__ != stored["babel"]:
        pytest.skip(f"frozen from Babel {stored['babel']}, this is {babel.__version__}")
    assert make_dates_data.formats() == stored


def test_words_around_a_date_say_no_part_of_one():
    names = {name for language in dates.LANGUAGES for name, _ in dates.months(language)}
    stored = json.loads(gzip.decompress(make_dates_data.PATH.read_bytes()))["languages"]
    words = [word for language in stored.values() for side in ("before", "after") for phrase in language[side]
             for word in phrase.lower().split()]
    assert words and not any(word in names or any(c.isdigit() for c in word) for word in words)


def test_a_batch_holds_texts_with_their_own_dates_and_lengths(monkeypatch):
    monkeypatch.setattr(make_dates, "UNKNOWN_SHARE", 0.0)
    texts = drawn(200)
    known = {(dates.encode(dated.text).tobytes(), dated.iso) for dated in texts}
    batch, rng = make_dates.batches(texts), torch.Generator().manual_seed(0)
    for _ in range(2 * make_dates.GROUPED):
        (codes, lengths, written), targets = batch(rng)
        assert len(codes) == lengths.max() and torch.equal(written, targets)
        for b, n in enumerate(lengths):
            assert (codes[:n, b].numpy().tobytes(), dates.decode(targets[:, b])) in known
            assert (codes[n:, b] == dates.UNKNOWN + 1).all()


def test_training_learns_and_can_be_watched(monkeypatch):
    for name, value in {"STEPS": 40, "TEXTS": 300, "B": 16}.items():
        monkeypatch.setattr(make_dates, name, value)
    losses, (codes, lengths, written) = [], make_dates.tensors(drawn(50, seed=1))
    make_dates.train("attention", rate=0.01, seed=0, every=10, watch=lambda model: losses.append(
        model.loss(model((codes, lengths, written)), written).item()))
    assert len(losses) == 5 and losses[-1] < losses[0] - 0.2


def test_the_data_come_with_their_licence():
    assert "UNICODE LICENSE V3" in (DATA / "UNICODE-LICENSE.txt").read_text(encoding="utf-8")


def test_the_docstrings_examples_run():
    assert doctest.testmod(dates) == (0, 2)


def test_codes():
    assert dates.encode("MÄRZ").tolist() == dates.encode("märz").tolist()
    assert dates.encode("\u202f€").tolist() == [dates.ALPHABET.index(" "), dates.UNKNOWN]
    assert dates.decode([2, 0, 0, 5, 10, 11, 3]) == "2005-"


@pytest.mark.parametrize("net", dates.NETS)
def test_the_equations_and_torch_read_alike(net):
    """Every step's probabilities, where it looked, and the text; padded in a batch in torch, alone here."""
    params = dates.trained(net)
    model, texts = seq2seq.as_module(params).double(), drawn(12, seed=3, days="test")
    codes, lengths, _ = make_dates.tensors(texts)
    written = model.write(codes, lengths, dates.WRITTEN)
    for b, dated in enumerate(texts):
        got = dates.read(params, dated.text)
        steps = len(got.probabilities)
        np.testing.assert_allclose(got.probabilities, written.probabilities[:steps, b], atol=1e-6)
        assert got.text == dates.decode(written.codes[:, b])
        if net == "attention":
            np.testing.assert_allclose(got.weights, written.weights[:steps, :len(dated.text), b], atol=1e-6)
            assert float(written.weights[:, len(dated.text):, b].abs().sum()) == 0
        else:
            assert got.weights is None


@pytest.mark.parametrize("net", dates.NETS)
def test_the_network_goes_as_module_and_back(net):
    params = dates.trained(net)
    back = make_dates.flat(seq2seq.as_params(seq2seq.as_module(params)))
    for name, array in make_dates.flat(params).items():
        np.testing.assert_allclose(back[name], array, rtol=1e-6)


def test_a_batch_is_read_as_each_text_alone_by_the_equations_too():
    params, texts = dates.trained("attention"), ["3. Mai 2005", "2005/3/4", "14 juillet 1989"]
    S = max(map(len, texts))
    x = np.zeros((S, len(texts), dates.UNKNOWN + 1))
    for b, text in enumerate(texts):
        x[:len(text), b] = dates.one_hot(text)[:, 0]
    lengths = [len(text) for text in texts]
    memory = encoder_decoder.remember(params, x, lengths)
    mask = np.arange(S)[:, None] < np.asarray(lengths)
    step = encoder_decoder.write_step(params, memory, memory.s, np.zeros((3, len(dates.SYMBOLS))), mask)
    for b, text in enumerate(texts):
        np.testing.assert_allclose(step.weights[:len(text), b], dates.read(params, text).weights[0], atol=1e-12)


def test_places_that_may_not_be_looked_at_have_no_weight_though_they_are_read():
    net = seq2seq.as_module(dates.trained("attention"))
    codes, lengths, targets = make_dates.tensors(dates.draw(5, np.random.default_rng(0)))
    visible = torch.arange(len(codes))[:, None].expand(codes.shape) > 0
    free, blind = (net.write(codes, lengths, len(targets), seen) for seen in (torch.ones_like(visible), visible))
    assert torch.equal(free.probabilities, net.write(codes, lengths, len(targets)).probabilities)
    assert torch.all(blind.weights[:, 0] == 0) and torch.allclose(blind.weights.sum(1), torch.ones(1))
    for wrong, error in ((visible[1:], ValueError), (visible & False, ValueError), (visible.long(), TypeError)):
        with pytest.raises(error, match="visible"):
            net.write(codes, lengths, len(targets), wrong)


def test_greedy_decoding_writes_what_read_writes():
    params = dates.trained("attention")
    for text in ("Tuesday, March 8, 2005", "8 мар. 2005 г."):
        best = decoding.greedy(*dates.writer(params, text), longest=dates.WRITTEN, end=dates.SYMBOLS.index("\n"))
        assert dates.decode(best.codes) == dates.read(params, text).text


@pytest.mark.parametrize("net", dates.NETS)
def test_the_shipped_networks_are_as_good_as_stated(net):
    with np.load(make_dates.PATH) as stored:
        stated = float(stored[f"{net} accuracy"])
    got = make_dates.accuracy(seq2seq.as_module(dates.trained(net)), make_dates.sample())
    assert got == pytest.approx(stated, abs=1e-3)
    assert make_dates.PATH.stat().st_size < 200_000  # of both


def test_the_two_networks_have_equally_many_parameters_within_half_a_percent():
    sizes = {net: sum(p.numel() for p in make_dates.network(net).parameters()) for net in dates.NETS}
    assert sizes == {"attention": 74_084, "fixed vector": 74_446}


def test_a_key_press_costs_at_most_a_million_and_a_half_multiplications():
    """The longest text in the box of the page, a one-hot row being a look-up: reading, keys, and eleven steps."""
    params, S = dates.trained("attention"), dates.LONGEST
    (H, states), A = params.W_0.shape, len(params.v)
    reading = 2 * S * H * 3 * H + S * 2 * H * A
    step = states * A + S * (A + 2 * H) + params.cell.W_x.size + params.cell.W_h.size + params.W_y.size
    assert reading + dates.WRITTEN * step < 1.5e6


@pytest.mark.parametrize("net", dates.NETS)
def test_scores_of_a_given_text_are_those_of_writing_it(net):
    model, texts = seq2seq.as_module(dates.trained(net)), drawn(8, seed=5, days="test")
    codes, lengths, _ = make_dates.tensors(texts)
    written = model.write(codes, lengths, dates.WRITTEN)
    scores = model((codes, lengths, written.codes))
    torch.testing.assert_close(scores.softmax(-1), written.probabilities, atol=1e-5, rtol=1e-4)


def test_padding_counts_only_where_it_is_told_to():
    model = seq2seq.as_module(dates.trained("attention"))
    codes, lengths, _ = make_dates.tensors(drawn(5, seed=6))
    wide = torch.cat([codes, torch.full((9, 5), dates.UNKNOWN + 1)])
    alone, padded = (model.write(c, lengths, dates.WRITTEN) for c in (codes, wide))
    torch.testing.assert_close(padded.probabilities, alone.probabilities)
    model.mask = False
    assert float(model.write(wide, lengths, dates.WRITTEN).weights[:, len(codes):].sum()) > 0
    model.mask, model.lengths = True, False
    assert not torch.allclose(model.write(wide, lengths, dates.WRITTEN).probabilities, alone.probabilities, atol=1e-5)


def test_a_target_that_has_ended_costs_nothing():
    scores = torch.randn(3, 2, 4, generator=torch.Generator().manual_seed(0))
    targets = torch.tensor([[1, 2], [3, -1], [-7, -1]])
    want = -sum(scores[t, b].log_softmax(-1)[code] for t, b, code in ((0, 0, 1), (0, 1, 2), (1, 0, 3))) / 3
    torch.testing.assert_close(seq2seq.EncoderDecoder.loss(scores, targets), want)


def test_the_rules_read_every_text_that_is_drawn():
    for days in dates.PARTS:
        for dated in drawn(1000, days=days, longest=72):
            assert date_baselines.by_rules(dated.text) == dated.iso, dated.text


def test_n_grams_are_those_of_the_text_whatever_stands_beside_it():
    """Padding adds none; the same run of characters is the same n-gram wherever it stands; ends are told."""
    texts = [drawn(1)[0]._replace(text=text) for text in ("4. Mai", "4. Mai 2005", "24. Mai")]
    found = [{*row.tolist()} - {date_baselines.BUCKETS} for row in
             date_baselines.grams(*make_dates.tensors(texts)[:2])]
    alone = {*date_baselines.grams(*make_dates.tensors(texts[:1])[:2])[0].tolist()} - {date_baselines.BUCKETS}
    assert found[0] == alone
    n = len(texts[0].text) + 2
    assert len(alone) <= sum(n - k for k in range(5))
    assert found[0] - found[1] and found[1] - found[0] and len(found[0] & found[1]) > len(found[0]) / 2
    assert found[0] - found[2]  # a 4 that begins a text


@pytest.mark.parametrize(("change", "error", "message"), [
    ({"texts": 3}, TypeError, "texts: expected three tensors"),
    ({"codes": torch.full((2, 2), 9)}, ValueError, "codes from 0 to 3"),
    ({"lengths": torch.tensor([3, 1])}, ValueError, "lengths from 1 to 2"),
    ({"targets": torch.full((2, 2), 2)}, ValueError, "targets below 2"),
])
def test_texts_that_do_not_fit_are_refused_by_name(change, error, message):
    model = seq2seq.EncoderDecoder(3, 2, 4, 4, 2)
    parts = {"codes": torch.ones(2, 2).long(), "lengths": torch.tensor([2, 1]), "targets": torch.ones(2, 2).long()}
    parts |= change
    with pytest.raises(error, match=message):
        model(change.get("texts", tuple(parts[name] for name in ("codes", "lengths", "targets"))))


@pytest.mark.parametrize(("arguments", "error", "message"), [
    ({"languages": ["Latin"]}, ValueError, "languages: expected one of English"),
    ({"languages": "German"}, TypeError, "languages: expected at least one of"),
    ({"days": "all"}, ValueError, "days: expected one of train"),
    ({"kind": "odd"}, ValueError, "kind: expected one of plain"),
    ({"shortest": 37}, ValueError, "shortest: expected at most longest, 36, got 37"),
    ({"longest": 5}, ValueError, "longest: expected what the patterns"),
    ({"languages": ["German"], "kind": "ambiguous"}, ValueError, "expected what the patterns of German allow"),
])
def test_draws_that_cannot_be_are_refused_by_name(arguments, error, message):
    with pytest.raises(error, match=message):
        drawn(2, **arguments)


class Looks:
    """A network that looks at one place of each text, given as a function of the drawn text, and writes nothing."""

    def __init__(self, texts, place):
        self.places = {dated.text: place(dated) for dated in texts}

    def write(self, codes, lengths, steps):
        weights = torch.zeros(steps, *codes.shape)
        for b, n in enumerate(lengths):
            text = "".join((dates.ALPHABET + "?")[code] for code in codes[:n, b])
            weights[:, self.places[text], b] = 1.0
        return seq2seq.Written(torch.zeros(steps, len(lengths)), None, weights)


def test_the_alignment_counts_looks_at_the_right_characters(monkeypatch):
    """A network that always looks at the first character of the month is right of the month, and of nothing else."""
    texts = [dated for dated in drawn(400, seed=1) if dated.text == dated.text.lower()]
    monkeypatch.setattr(date_measures, "drawn", lambda n: texts)
    found = date_measures.alignment(Looks(texts, lambda dated: dated.spans["month"][0]))
    assert found["aligned"] == [0.0, 1.0, 0.0] and 0 < found["elsewhere"][1] < 1
    sizes = [(dated.spans["year"][1] - dated.spans["year"][0]) / len(dated.text) for dated in texts]
    assert found["uniform"][0] == pytest.approx(np.mean(sizes), abs=1e-4)


def test_readings_of_ambiguous_numbers_and_days_that_exist():
    dated = dates.Dated("03/04/05", "2005-04-03", "French", "dd/MM/yy", {})
    assert date_measures.readings(dated) == {"2005-04-03": 0, "2005-03-04": 1}
    said = ("2004-02-29", "2005-02-29", "2005-1-1", "20050101", "hello")
    assert [iso for iso in said if date_measures.exists(iso)] == ["2004-02-29"]


def test_padding_measured_on_a_network_that_ignores_it_changes_nothing(monkeypatch):
    monkeypatch.setattr(date_measures, "EACH", 30)
    monkeypatch.setattr(date_measures, "BUGS", {"none": {}})
    model = seq2seq.as_module(dates.trained("attention"))
    (found,) = date_measures.padded(model).values()
    assert len(set(found)) == 1 and found[0] > 0.9

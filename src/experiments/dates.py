"""Dates in nine locales to ISO 8601: what does attention add to a fixed vector, by language, length and padding?"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

import numpy as np

from helpers import dates, seq2seq, tables
from helpers.curves import Curves
from helpers.data.date_baselines import by_grams, by_rules
from helpers.data.date_measures import (
    BUGS,
    DIGITS,
    EACH,
    PADDINGS,
    WIDTHS,
    accuracy,
    alignment,
    beams,
    correct,
    doubts,
    drawn,
    padded,
    share,
    valid_loss,
)
from helpers.data.make_dates import NETS, STEPS, TEXTS, B, read, train
from helpers.data.make_dates import RATES as BEST
from live_figures.values import format_value

from .core import Run
from .wording import in_percent, over_seeds, percent

NAME = "dates"
CHAPTER = 7
TITLE = "Dates in nine locales: a fixed vector against attention"
PAPER = (
    "Bahdanau, Cho & Bengio (2015): in translation from English to French an encoder-decoder with a fixed vector falls "
    "with the length of the sentence, one with attention, trained on up to 50 words, does not; BLEU 17.82 against "
    "26.75 (RNNencdec-50 and RNNsearch-50, table 1)."
)
DEVIATIONS = (
    "Dates in place of sentences, in nine locales as CLDR writes them, a third of them among other words (of those of "
    "18 characters at most an eighth); the years 1950 to 2049, a tenth of the days for the test. GRUs that read with "
    "40 + 40 units and write with 56 (attention), 42 + 42 and 58 (fixed vector): 74,084 and 74,446 parameters; the "
    f"readout sees the decoder's state alone. Adam, clipping at norm 1, {STEPS:,} batches of {B} texts, the rate "
    "lowered twice. For each network the best of three rates on days kept for that, with seed 0: 0.024, the highest "
    "tried, with attention, and 0.012 without; the short networks have the same rates, untuned. Scored on 3,600 texts "
    "of all locales, on 400 of each length, on 60 with a beam. The n-grams (one to five characters, hashed) have "
    "4.7 million weights, as many texts and the best of three rates on the same days, 0.01."
)
READING = (
    "Both networks read nearly every date on a day that they have never seen: 99.8 to 99.9 % with attention, 99.6 to "
    "99.7 % with a fixed vector. Rules written by hand read them all, so that nobody needs a network here; what the "
    "networks show is that examples suffice. Attention needs fewer: after 12,800 texts it reads 92 to 99 %, the "
    "fixed vector 14 to 23 %, and with seed 0 it is ahead by then at every rate that was tried.\n\n"
    "With length, hardly anything is lost up to twice what the networks were trained on: a longer text has more "
    "words here, and still one date to be kept. Trained on texts of 18 characters at most, an eighth of them with "
    "words, both fall on longer ones, the fixed vector further with every seed: at 55 to 72 characters it reads 33.5 "
    "to 58.5 %, attention 83 to 94.5 %.\n\n"
    "The largest weight of a digit lies on the characters that say it in 89 % of the cases or more, that of another "
    "text in less than half. But that is no law: at the rate 0.012 seed 0 reads as well, and its largest weight is "
    "on the month for about half of the month's digits.\n\n"
    "What nobody can know: of bare numbers such as 4/5/1999 attention answers 39 to 52 % with neither reading; its "
    "doubt is more than 20 times that on plain texts in the median, and below 2 % for a quarter of them. What cannot "
    "be: with attention 31 February and its like are written as they stand there, with a doubt below half a percent "
    "for three texts of four; that no text of the training had such a day did not teach it the calendar.\n\n"
    "Padding that is seen costs little while there is little of it: four places leave 93 % or more, and 64 places 94 "
    "% or more with attention, 55 to 88 % with the fixed vector. A net with attention trained at the rate 0.006, "
    "just as good without the bug, is left with 20 %, if weights and encoder both see 64 places: it is easily "
    "missed, and not harmless. A beam of five reads of the plain texts as many as greedy."
)
READERS = ("rules", "n-grams", "fixed vector", "attention")
SHORT_READERS = ("fixed vector, short", "attention, short")
RATES = (0.006, 0.012, 0.024)
SEEDS = (0, 1, 2)
LENGTHS = ((6, 12), (13, 18), (19, 24), (25, 30), (31, 36), (37, 48), (49, 60), (61, 72))  # from 37: never in training
SHORT = 18  # characters of the longest text of nets that are trained on short ones only
AROUND = ((6, SHORT), (19, 36), (37, 54), (55, 72))
FORMS = {"year first": r"^y", "numbers with dots": r"^d+\.M+\.y$", "numbers with slashes": r"^[dM]+/[dM]+/y$",
         "year of two digits": r"\byy$", "month by name": r"^[^E]*MMM[^E]*$", "weekday and name": r"E.*MMM"}
EVERY = 50  # steps of training between two points of the course of learning


def settings() -> list[dict]:
    """Seed 0 of both networks at each rate, to choose by; the other seeds at the best; the two baselines."""
    counted = [{"net": net, "seed": 0} for net in ("rules", "n-grams")]
    tuned = [{"net": net, "rate": rate, "seed": 0} for rate in RATES for net in NETS]
    again = [{"net": net, "rate": BEST[net], "seed": seed} for seed in SEEDS[1:] for net in NETS]
    short = [{"net": net, "rate": BEST[net], "seed": seed, "longest": SHORT} for seed in SEEDS for net in NETS]
    return tuned + again + short + counted


def run(net: str, seed: int, rate: float = 0.0, longest: int = dates.LONGEST) -> tuple[bool, int, float, str, dict]:
    """Train one network, or a baseline; the score is the share of texts of unseen days that are read right."""
    if net == "rules":
        reader, measures = lambda texts: [by_rules(dated.text) for dated in texts], {}
    elif net == "n-grams":
        reader, measures = by_grams(dates.draw(TEXTS, np.random.default_rng(seed)), seed), {}
    else:
        model, measures = trained(net, rate, seed, longest)
        reader = lambda texts: read(model, texts)  # noqa: E731
    plain = drawn(len(dates.LANGUAGES) * EACH)
    right = correct(reader, plain)
    measures |= {
        "languages": [share(right[[dated.language == name for dated in plain]]) for name in dates.LANGUAGES],
        "forms": [share(right[[bool(re.search(form, dated.pattern)) for dated in plain]]) for form in FORMS.values()],
        "around": [accuracy(reader, around(low, high)) for low, high in AROUND],
        "lengths": [accuracy(reader, drawn(EACH, shortest=low, longest=high)) for low, high in LENGTHS]}
    return True, B * STEPS * (net != "rules"), float(right.mean()), "limit", measures


def trained(net: str, rate: float, seed: int, longest: int) -> tuple[seq2seq.EncoderDecoder, dict]:
    """The network with what only a network has: a course of learning, doubt, padding, other answers, weights."""
    valid = dates.draw(EACH, np.random.default_rng(0), days="valid")
    curve = []
    model = train(net, rate=rate, seed=seed, longest=longest, every=EVERY, watch=lambda model: curve.append(
        accuracy(lambda texts: read(model, texts), valid)))
    measures = {"valid": [valid_loss(model)], "curve": curve} | doubts(model) | padded(model) | beams(model)
    return model, measures | (alignment(model) if net == "attention" else {})


def around(shortest: int, longest: int) -> list[dates.Dated]:
    """Texts of these lengths whose dates, without a weekday, take SHORT characters at most: the rest are words."""
    texts = drawn(4 * EACH, shortest=shortest, longest=longest)
    extents = ([place for span in dated.spans.values() for place in span] for dated in texts)
    return [dated for dated, places in zip(texts, extents, strict=True)
            if "E" not in dated.pattern and max(places) - min(places) <= SHORT][:EACH]


# The page of results, and what a chapter draws.


def best(runs: list[Run], reader: str) -> list[Run]:
    """The runs of a reader, one a seed; of a network those at the rate that is best on validation."""
    net, short = reader.removesuffix(", short"), reader.endswith(", short")
    mine = [r for r in runs if r.setting["net"] == net and ("longest" in r.setting) == short]
    if net not in NETS:
        return mine
    first = [r for r in mine if r.setting["seed"] == 0]
    rate = min(first, key=lambda r: r.measures.get("valid", [0.0])).setting["rate"]
    return [r for r in mine if r.setting["rate"] == rate]


def by_seed(runs: list[Run], reader: str, measure: str) -> np.ndarray:
    """A measure of a reader, (seeds, values)."""
    return np.array([r.measures[measure] for r in best(runs, reader)])


def summary(runs: list[Run]) -> dict:
    """For a chapter: the names of what was measured, and for each reader each measure, one list a seed."""
    names = {"languages": dates.LANGUAGES, "forms": list(FORMS), "lengths": LENGTHS, "around": AROUND,
             "padding": PADDINGS, "widths": WIDTHS, "texts": [B * EVERY * k for k in range(1, STEPS // EVERY + 1)],
             "parts": list(DIGITS), "quartiles": (0.25, 0.5, 0.75)}
    readers = {reader: {measure: [r.measures[measure] for r in best(runs, reader)]
                        for measure in best(runs, reader)[0].measures} for reader in (*READERS, *SHORT_READERS)}
    return json.loads(json.dumps(names | {"readers": readers}))


def plots(runs: list[Run]) -> list[Curves]:
    """Right by length, for all and for those trained on short texts; while learning; and with padding that counts."""
    percents = {"y_title": "right, in percent", "y_range": (0, 103)}
    by_place = lambda found: [in_percent(column) for column in found.T]  # noqa: E731
    readers = lambda names, measure: {name: by_place(by_seed(runs, name, measure))  # noqa: E731
                                      for name in names}
    lengths, around = ([f"{low} to {high}" for low, high in places] for places in (LENGTHS, AROUND))
    return [
        Curves(title="Right by length", caption=f"{dates.LONGEST} characters is the longest text of training.",
               x=lengths, x_title="characters", **percents, rows=readers(READERS[::-1], "lengths")),
        Curves(title="Right by length, beside networks that learned from short texts",
               caption="The same dates in longer and longer texts; “short”: trained on texts of at most "
                       f"{SHORT} characters.",
               x=around, x_title="characters", **percents,
               rows=readers((*READERS[:0:-1], *SHORT_READERS), "around")),
        Curves(title="Right while learning", caption="On the days that the rate is chosen by.",
               x=[B * EVERY * k for k in range(1, STEPS // EVERY + 1)], x_title="texts seen", **percents,
               rows=readers(NETS, "curve")),
        Curves(title="Right when padding counts", caption="Places of padding behind each text, and who sees them.",
               x=PADDINGS, x_title="places of padding", **percents,
               rows={name: by_place(found) for name, found in with_bugs(runs)}),
    ]


def table(runs: list[Run]) -> str:
    """Right by language, by length and by form; the course of learning; where the weights are; doubt; padding; beam."""
    parts = [
        "Texts of days that are in no training text of any language, read right character for character, in percent: "
        "the median of the seeds (lowest to highest).",
        _columns(runs, "languages", "language", dates.LANGUAGES),
        f"By length; {dates.LONGEST} characters is the longest of training. Longer ones have more words "
        "around the date.",
        _columns(runs, "lengths", "characters", [f"{low} to {high}" for low, high in LENGTHS]),
        f"Dates without a weekday that take {SHORT} characters at most, in texts that more words make longer; the two "
        f"short networks have seen no text above {SHORT} characters.",
        _columns(runs, "around", "characters", [f"{low} to {high}" for low, high in AROUND], READERS + SHORT_READERS),
        _columns(runs, "forms", "way of writing", FORMS),
        "While learning, on the days that the rate is chosen by:", _course(runs), _alignments(runs), _doubts(runs),
        _bugs(runs), _searched(runs), f"{runs[0].sequences:,} texts a network."]
    return "\n\n".join(parts)


def _columns(runs: list[Run], measure: str, heading: str, names: Iterable[str], readers=READERS) -> str:
    """One row a name, one column a reader."""
    values = [by_seed(runs, reader, measure) for reader in readers]
    return tables.markdown([heading, *readers], [
        [name, *(percent(found[:, k]) for found in values)] for k, name in enumerate(names)])


def _course(runs: list[Run]) -> str:
    steps = range(1, STEPS // EVERY, 2)
    values = {net: by_seed(runs, net, "curve") for net in NETS}
    return tables.markdown(["texts seen", *NETS], [
        [f"{B * EVERY * (k + 1):,}", *(percent(values[net][:, k]) for net in NETS)] for k in steps])


def _alignments(runs: list[Run]) -> str:
    rows = {"the largest weight": "aligned", "that of another text": "elsewhere", "chance": "uniform"}
    found = {name: by_seed(runs, "attention", measure) for name, measure in rows.items()}
    return "Digits whose largest weight lies on the characters that say that part of the date:\n\n" + tables.markdown(
        ["", *DIGITS], [[name, *(percent(values[:, k]) for k in range(len(DIGITS)))] for name, values in found.items()])


def _doubts(runs: list[Run]) -> str:
    kinds = {"plain": "plain", "61 to 72 characters": "longer", "03/04/2005": "ambiguous", "31 February": "impossible"}
    doubt = [[name, *(over_seeds(by_seed(runs, net, f"doubt {kind}")[:, 1]) for net in NETS)]
             for name, kind in kinds.items()]
    answered = {("ambiguous", 0): "03/04/2005: the day first", ("ambiguous", 1): "03/04/2005: the month first",
                ("ambiguous", 2): "03/04/2005: neither", ("impossible", 0): "31 February: as it stands there",
                ("impossible", 1): "31 February: another day, which exists", ("impossible", 2): "31 February: neither"}
    said = [[name, *(percent(by_seed(runs, net, kind)[:, k]) for net in NETS)]
            for (kind, k), name in answered.items()]
    return "\n\n".join((
        "Doubt, 1 − p(answer), in the median of the texts:", tables.markdown(["texts", *NETS], doubt),
        "What is answered, in percent of the texts:", tables.markdown(["texts and answer", *NETS], said)))


def with_bugs(runs: list[Run]) -> Iterator[tuple[str, np.ndarray]]:
    """Who sees the padding, and what is right then, (seeds, places)."""
    for net in NETS:
        for name, flags in BUGS.items():
            if net == "attention" or "mask" not in flags:
                yield f"{net}: {name}", by_seed(runs, net, f"padding: {name}")


def _bugs(runs: list[Run]) -> str:
    rows = [[name, *map(percent, found.T)] for name, found in with_bugs(runs)]
    return "When padding counts, by how many places of it stand behind each text:\n\n" + tables.markdown(
        ["who sees it", *map(str, PADDINGS)], rows)


def _searched(runs: list[Run]) -> str:
    rows = [[f"{net}, {kind}", *(f"{percent(found[:, 0])}; {format_value(np.median(found[:, 1]), '.3f')}" for found in (
        by_seed(runs, net, f"beam {width}, {kind}") for width in WIDTHS))]
        for net in NETS for kind in ("plain", "ambiguous")]
    return ("Beam search, by its width: answers that are right, or one of the two readings; and the mean "
            "log-probability.\n\n" + tables.markdown(["network, texts", *map(str, WIDTHS)], rows))

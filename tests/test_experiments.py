"""The experiments behind the page of results: their nets start as they say, and no run is lost or invented."""

import itertools
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from experiments import (
    adding_1997,
    bottleneck,
    captions,
    character_memory,
    clipping,
    counting,
    dates,
    deep_layers,
    digits,
    equal_parameters,
    fast_weights,
    fill_the_blank,
    forecast,
    highlighter,
    initialisation,
    long_memory,
    parity,
    reviews,
    selective_copy,
    shell_game,
)
from experiments.__main__ import duration, every_experiment, main, render
from experiments.core import (
    Run,
    best_rates,
    read_runs,
    scores_of,
    sweep,
    train_until,
    tuning_settings,
)
from experiments.wording import number, over_seeds, percent, rate_table
from helpers import digits as helpers_digits
from helpers import kinds, sequence, series, syntax, tasks
from helpers import reviews as helpers_reviews
from helpers.data import make_bottleneck, make_captioner, make_highlighter, make_pixel_reader
from helpers.measured import measured
from helpers.models import LastStep

torch.set_num_threads(1)
MODULES = every_experiment()
RESULTS = Path(__file__).resolve().parents[1] / "book" / "results"


def every_setting(module, run):
    """All settings of an experiment, those that depend on the runs of the others too; `run(setting)` makes a run."""
    first = module.settings()
    return first + (module.finals([run(s) for s in first]) if hasattr(module, "finals") else [])


def test_the_starts_are_what_they_are_called():
    weights = lambda **how: LastStep("rnn", 3, 20, 1, **how).recurrent.weight_hh_l0.detach().numpy()  # noqa: E731
    assert np.abs(np.linalg.eigvals(weights(start="normal"))).max() == pytest.approx(0.95, abs=1e-5)
    orthogonal = weights(start="orthogonal")
    np.testing.assert_allclose(orthogonal @ orthogonal.T, np.eye(20), atol=1e-5)
    np.testing.assert_array_equal(weights(start="identity"), np.eye(20))
    irnn = LastStep("irnn", 3, 20, 1)
    assert irnn.recurrent.nonlinearity == "relu" and not irnn.recurrent.bias_hh_l0.any()
    np.testing.assert_array_equal(irnn.recurrent.weight_hh_l0.detach(), np.eye(20))
    lstm = LastStep("lstm", 3, 20, 1, forget_bias=4.0).recurrent
    assert ((lstm.bias_ih_l0 + lstm.bias_hh_l0)[20:40] == 4.0).all()
    with pytest.raises(ValueError, match="start: expected one of uniform"):
        LastStep("rnn", 3, 20, 1, start="ortogonal")


def test_the_regulariser_is_the_papers_and_reaches_the_recurrent_weights_only():
    """Against autograd: dE/dh_t of every step, and Jacobians from a step written out by hand."""
    torch.manual_seed(0)
    model = clipping.KeepsStates("rnn", 3, 5, 4, start="normal").double()
    x, y = torch.randn(6, 2, 3, dtype=torch.float64), torch.tensor([1, 3])
    out = model(x)
    got = clipping.vanishing_penalty(model, out, y)
    layer, want = model.recurrent, 0.0
    for b in range(2):
        h, states = torch.zeros(5, dtype=torch.float64), []
        for step in x[:, b]:
            h = torch.tanh(step @ layer.weight_ih_l0.T + layer.bias_ih_l0 + h @ layer.weight_hh_l0.T + layer.bias_hh_l0)
            h.retain_grad()
            states.append(h)
        nn.functional.cross_entropy(model.readout(h), y[b]).backward()
        for before, after in zip(states, states[1:], strict=False):
            jacobian = (1 - after.detach() ** 2)[:, None] * layer.weight_hh_l0.detach()
            want += ((after.grad @ jacobian).norm() / after.grad.norm() - 1) ** 2 / 2
            assert (after.grad @ jacobian).norm() == pytest.approx(before.grad.norm().item())
    assert got.item() == pytest.approx(want.item())
    model.zero_grad()
    got.backward()
    touched = [name for name, p in model.named_parameters() if p.grad is not None and p.grad.abs().max() > 0]
    assert touched == ["recurrent.weight_hh_l0"]


def test_a_sweep_that_was_broken_off_goes_on_where_it_was(tmp_path):
    file, ran = tmp_path / "results" / "x.json", []

    def run(seed):
        ran.append(seed)
        if seed == 2 and len(ran) < 4:
            raise KeyboardInterrupt
        return True, 20 * seed, 0.5, "solved"

    settings = [{"seed": s} for s in (1, 2, 3)]
    with pytest.raises(KeyboardInterrupt):
        sweep(settings, run, file)
    assert [r["setting"] for r in json.loads(file.read_text())] == [{"seed": 1}]
    with pytest.raises(KeyboardInterrupt):
        sweep(settings, run, file)
    runs = sweep(settings, run, file)
    assert ran == [1, 2, 2, 2, 3] and [r.sequences for r in runs] == [20, 40, 60]


def test_training_ends_when_solved_and_says_so_when_it_diverges():
    batch = lambda rng: (torch.randn(5, 4, 2, generator=rng), torch.zeros(4, 1))  # noqa: E731
    test = lambda model: (0.25, True)  # noqa: E731
    end = train_until(LastStep("rnn", 2, 3, 1), batch, test, loss=nn.functional.mse_loss, limit=50, every=10, size=4)
    assert end == (True, 40, 0.25, "solved")
    wild = lambda out, y: (out * 1e30).pow(2).mean()  # noqa: E731
    end = train_until(LastStep("rnn", 2, 3, 1), batch, test, loss=wild, limit=50, every=10, size=4)
    assert end[0] is False and end[3] == "diverged"


def test_a_table_counts_seeds_and_gives_the_median_of_the_solved():
    runs = [Run({"net": "a", "length": 10, "seed": s}, s < 2, 100 * (s + 1), 0.1, end, 1.0)
            for s, end in enumerate(("solved", "solved", "diverged"))]
    assert "2 of 3 (150 sequences), 1 diverged" in rate_table(runs, "net", "length", "length {}")


def test_the_rate_is_the_one_that_solves_most_then_soonest_then_best():
    settings = tuning_settings({"cell": ["a"]}, (1, 2, 3), (100, 101))
    assert len(settings) == 6
    runs = lambda *results: [Run(s, solved, sequences, score, "", 1.0) for s, (solved, sequences, score)  # noqa: E731
                             in zip(settings, results * 2, strict=True)]
    best = lambda runs, **sign: best_rates(runs, ("cell",), (1, 2, 3), (100, 101), **sign)[("a",)]  # noqa: E731
    assert best(runs((False, 90, 0.1), (True, 90, 0.2), (False, 90, 0.3))) == 2
    assert best(runs((True, 90, 0.1), (True, 80, 0.2), (True, 70, 0.3))) == 3
    tie = runs((False, 90, 0.1), (False, 90, 0.2), (False, 90, None))
    assert best(tie[:3] * 2) == 1 and best_rates(tie[:5], ("cell",), (1, 2, 3), (100, 101)) == {}
    assert best(runs((False, 90, 0.1), (False, 90, 0.2), (False, 90, 0.1)), sign=-1) == 2


def test_numbers_are_written_alike():
    assert [number(v) for v in (7e-5, 0.00019, 0.0392, 1e-3, 0.0, -0.00064)] == [
        "7×10⁻⁵", "1.9×10⁻⁴", "0.039", "0.001", "0", "−6.4×10⁻⁴"]
    assert [number(v) for v in (3.14, 12, 12.4, 1234567, -1234.5, 2.776e26)] == [
        "3.1", "12", "12", "1,234,567", "−1,234", "2.8×10²⁶"]
    assert over_seeds([4, 1, 2000]) == "4 (1 to 2,000)" and over_seeds([0.5, 0.5]) == "0.5"
    assert percent([0.25, 0.5, 0.125]) == "25.0 (12.5 to 50.0)" and percent([1, 0.999], 0) == "100"
    assert [duration(s) for s in (20, 100, 3599, 5400)] == ["a minute", "2 minutes", "60 minutes", "1.5 hours"]


def test_the_cells_of_a_task_have_equally_many_parameters():
    every = equal_parameters.CELLS | equal_parameters.CONTROLS
    for name, task in equal_parameters.TASKS.items():
        sizes = []
        for kind in every.values():
            net = equal_parameters.Net(kind, task.inputs, task.units[kind.width], task.outputs, task.last, seed=0)
            sizes.append(equal_parameters.size(kind, task.inputs, net.recurrent.W_h.shape[0], task.outputs))
            numbers = sum(p.numel() for p in net.parameters())
            unused = sum(p.numel() for p in net.recurrent.parameters()) // 4 if kind.options else 0
            assert sizes[-1] == numbers - unused
        assert max(sizes) / min(sizes) < 1.027, name


def test_every_cell_starts_as_its_name_and_the_page_say():
    start = lambda name: (equal_parameters.CELLS | equal_parameters.CONTROLS)[name].start(3, 20, 7)  # noqa: E731
    x = np.zeros((1, 1, 3))
    for name, gate, want in (("GRU", "z", 1.0), ("LSTM", "f", 1.0), ("LSTM with peepholes", "f", 1.0),
                             ("LSTM with coupled gates", "f", 1.0), ("GRU, gate at 1/2", "z", 0.0),
                             ("LSTM, gate at 1/2", "f", 0.0)):
        drawn = start(name)
        kept = getattr(kinds.kind_of(drawn).forward(drawn, x), gate)
        np.testing.assert_allclose(kept, 1 / (1 + np.exp(-want)), atol=1e-12)
        assert 0.95 / np.sqrt(20) < np.abs(drawn.W_h).max() <= 1 / np.sqrt(20)
    assert np.abs(start("tanh RNN").W_h).max() <= 1 / np.sqrt(20)
    rotation = start("tanh RNN, orthogonal").W_h
    np.testing.assert_allclose(rotation @ rotation.T, np.eye(20), atol=1e-12)
    x = np.random.default_rng(0).normal(size=(6, 2, 3))
    np.testing.assert_array_equal(sequence.lstm(start("LSTM"), x).h, sequence.lstm(start("LSTM with peepholes"), x).h)
    assert equal_parameters.CELLS["LSTM with coupled gates"].options == {"coupled": True}


def test_the_modules_that_choose_a_rate_neither_train_nor_score():
    parts = [set(equal_parameters.text.MODULES), set(equal_parameters.TUNED_ON), set(equal_parameters.SCORED_ON)]
    assert len(set.union(*parts)) == sum(map(len, parts)) and all(parts)
    for module in (counting, equal_parameters):
        assert not set(module.TUNING_SEEDS) & set(module.SEEDS)


def test_counting_asks_for_what_n_fixes_and_reach_is_the_first_mistake():
    x, y = counting.sequences(torch.tensor([1, 3]))
    spell = lambda codes: ["".join(counting.SYMBOLS[c] for c in row) for row in codes.T.tolist()]  # noqa: E731
    assert spell(x.argmax(-1)) == [".abbbbb", ".aaabbb"]
    assert y.T.tolist() == [[-100, -100, 2, -100, -100, -100, -100], [-100, -100, -100, -100, 1, 1, 2]]

    class CountsTo(nn.Module):
        def __init__(self, most):
            super().__init__()
            self.most = most

        def forward(self, x):
            a, b = (x[..., k].cumsum(0) for k in (0, 1))
            due = torch.where(b < a.clamp_max(self.most), 1, 2)
            return nn.functional.one_hot(due, 3).float()

    assert [counting.reach(CountsTo(most)) for most in (1, 40, 999)] == [1, 40, counting.TESTED]


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.NAME)
def test_every_setting_is_one_run_and_has_its_row(module, tmp_path):
    run = lambda setting: Run(setting, True, 1000, 0.5, "solved", 1.0)  # noqa: E731
    settings = every_setting(module, run)
    assert len({json.dumps(s, sort_keys=True) for s in settings}) == len(settings)
    runs = [asdict(run(s)) | {"measures": kept.measures} for s, kept in zip(settings, saved(module), strict=True)]
    (tmp_path / f"{module.NAME}.json").write_text(json.dumps(runs))
    page = render([module], tmp_path)
    assert all(text in page for text in (module.PAPER, module.READING, module.DEVIATIONS, f"{len(runs)} runs"))
    assert page.count("```{curves}") == len(module.plots(saved(module)) if hasattr(module, "plots") else [])


def saved(module):
    return read_runs(RESULTS / f"{module.NAME}.json")


def solved(runs, **setting):
    return sum(r.solved for r in runs if setting.items() <= r.setting.items())


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.NAME)
def test_the_saved_runs_are_those_of_the_settings(module):
    runs = saved(module)
    by_setting = {json.dumps(r.setting): r for r in runs}
    assert [r.setting for r in runs] == every_setting(module, lambda setting: by_setting[json.dumps(setting)])
    if hasattr(module, "summary"):
        assert measured(module.NAME) == module.summary(runs)


def test_the_page_of_results_is_what_the_saved_runs_say():
    assert (RESULTS.parent / "results.md").read_text() == render(MODULES, RESULTS)


def test_what_the_page_says_of_adding_as_in_1997():
    """Every sentence of the reading."""
    runs = saved(adding_1997)
    needed = [r.sequences for r in runs if r.solved]
    assert solved(runs, net="LSTM") == len(needed) == 3 and (min(needed), max(needed)) == (94_000, 210_000)
    baseline = tasks.adding_baseline(100, "1997")
    assert all(abs(score / baseline - 1) < 0.105 for score in scores_of(runs, net="tanh RNN"))


def test_what_the_page_says_of_clipping():
    """Every sentence of the reading."""
    runs = saved(clipping)
    counts = {method: [solved(runs, method=method, length=n) for n in clipping.LENGTHS] for method in clipping.METHODS}
    assert counts == {"SGD": [5, 0, 0, 0, 0], "SGD, clipped": [5, 5, 5, 4, 0],
                      "SGD, clipped, regulariser": [5, 5, 5, 5, 5]}


def test_what_the_page_says_of_initialisation():
    """Every sentence of the reading."""
    runs = saved(initialisation)
    found = initialisation.summary(runs)
    counts = {name: [sum(error < initialisation.SOLVED for error in row[str(n)]["errors"])
                     for n in initialisation.TUNED_AT] for name, row in found.items()}
    assert all(counts[name] == [0, 0, 0, 0] for name in found if name.endswith("tanh"))
    assert [counts[f"{start} ReLU"] for start in initialisation.STARTS] == [
        [5, 4, 1, 0], [5, 2, 0, 1], [5, 4, 5, 3], [5, 1, 0, 0]]
    median = lambda name, n: np.median(found[name][str(n)]["errors"])  # noqa: E731
    for n in initialisation.TUNED_AT:
        assert median("identity tanh", n) > 0.98 * median("Gaussian tanh", n)
    norms = {name: [norm for length in row.values() for norm in length["norm"]] for name, row in found.items()}
    assert max(max(norms[name]) for name in found if name.endswith("tanh")) == 135
    best = found["identity ReLU"]
    assert min(best["100"]["norm"]) == 86_200 and min(best["150"]["norm"]) > 1e11
    assert sum(norm == initialisation.LARGEST for n in ("100", "150") for norm in best[n]["norm"]) == 4
    jumped = {name: [sum(jumps > 0 for jumps in length["jumps"]) for length in row.values()]
              for name, row in found.items()}
    assert jumped.pop("identity ReLU") == [0, 0, 2, 0] and not any(map(any, jumped.values()))
    assert best["100"]["jumps"][:2] == [1, 1] and [max(losses[8:]) for losses in best["100"]["losses"][:1]] == [4.23e17]
    assert max(best["100"]["losses"][1][4:]) == 36.2
    others = [losses for name, row in found.items() if name != "identity ReLU" for losses in row["100"]["losses"]]
    assert max(max(losses[1:]) for losses in others) == 15_900
    assert sum(error > 1 for error in best["150"]["errors"]) == 1 and max(best["150"]["errors"]) > 1e26
    rates = {name: [row[str(n)]["rate"] for n in (20, 100)] for name, row in found.items()}
    assert all(rates[f"{start} ReLU"][0] == max(initialisation.RATES) for start in initialisation.STARTS)


def test_a_loss_jumps_back_when_it_was_low_and_is_high_again():
    level = tasks.adding_baseline(2)
    assert initialisation.jumps_back([1.0, 0.2, 0.1, 0.05, 0.1, 0.01]) == 0
    assert initialisation.jumps_back([1.0, 0.08, level + 0.01, None, 0.01]) == 2
    assert initialisation.jumps_back([1.0, None, 0.2]) == 0


def test_what_the_page_says_of_long_memory():
    """Every sentence of the reading."""
    runs = saved(long_memory)
    counts = {(task, net): [solved(runs, task=task, net=net, length=n) for n in long_memory.LENGTHS]
              for task in long_memory.TASKS for net in long_memory.NETS}
    tanh = ("tanh, no clipping", "tanh, clipped", "tanh, orthogonal, clipped")
    gated, irnn = "LSTM, clipped", "ReLU, identity, clipped"
    assert counts["adding", gated] == [3, 3, 0] and counts["adding", irnn] == [2, 1, 0]
    assert all(counts["adding", net] == [0, 0, 0] for net in tanh)
    errors = lambda n, net: scores_of(runs, task="adding", length=n, net=net)  # noqa: E731
    assert max(max(errors(20, net)) for net in tanh) < tasks.adding_baseline(20) / 7
    assert min(min(errors(100, net)) for net in long_memory.NETS) > 0.88 * tasks.adding_baseline(100)
    order = [counts["temporal order", net] for net in (irnn, gated, *tanh)]
    assert order == [[3, 3, 3], [3, 3, 0], [3, 2, 0], [3, 1, 0], [3, 3, 0]]
    for net in (gated, *tanh):
        assert max(scores_of(runs, task="temporal order", length=100, net=net)) < 0.3
    free, clipped = (np.array([counts[task, net] for task in long_memory.TASKS]) for net in tanh[:2])
    assert np.abs(free - clipped).max() == 1


def test_what_the_page_says_of_parity():
    """Every sentence of the reading."""
    runs = saved(parity)
    shares = lambda net, **setting: scores_of(runs, net=net, **setting)  # noqa: E731
    for net in ("tanh RNN", "LSTM"):
        assert parity.summary(runs)[net]["right"] == {str(n): [1.0] * 5 for n in parity.TESTED}
    failed = lambda net: [sum(share < 0.99 for share in shares(net, rate=rate, length=256))  # noqa: E731
                          for rate in parity.RATES]
    assert failed("tanh RNN") == [2, 1, 0] and failed("LSTM") == [0, 0, 1]
    assert max(shares("diagonal, decays in (0, 1)")) < 0.53
    signed = "diagonal, decays in (−1, 1)"
    assert min(shares(signed, length=40)) == max(shares(signed, length=100)) == 1
    assert np.round([min(shares(signed, length=256)), max(shares(signed, length=256))], 2).tolist() == [0.5, 0.82]
    assert max(shares("transformer, two layers")) < 0.57


def test_what_the_page_says_of_captions():
    """Every sentence of the reading; the rates are the best while tuning, and those of the shipped networks."""
    runs = saved(captions)
    rows = captions.summary(runs)
    of = lambda way, measure="exact": np.array(rows[way][measure])  # noqa: E731
    for measure in ("exact", "training"):
        for once in ("first step", "before the words"):
            assert of("every step", measure).min() > of(once, measure).max()
            assert of(once, measure).min() >= of("output", measure).max()
    assert of("first step").max() > of("before the words").min() and of("before the words").max() > 0.8
    assert abs(of("output", "digit").mean() - of("every step", "digit").mean()) < 0.005
    assert of("output", "ink").max() < of("every step", "ink").min() - 0.03
    assert of("nowhere", "sentence").min() == 1 and of("nowhere").max() < 0.03
    (told,) = of("four linear classifiers and the rule")
    assert told > of("every step").max() > of("nearest picture")[0] + 0.3
    gap = {way: np.median(of(way, "training") - of(way)) for way in captions.WAYS}
    assert [f"{gap[way]:.2f}" for way in ("every step", "first step", "output")] == ["0.12", "0.12", "0.06"]
    gain = {kind: rows["four linear classifiers and the rule"][kind][0] - of("every step", kind).mean()
            for kind in captions.KINDS}
    assert min(gain["ink"], gain["height"]) > 0.02 and max(gain["digit"], gain["lean"]) < -0.01
    chosen = {r.setting["way"]: r.setting["rate"] for r in runs if r.setting["seed"] == 0}
    assert {way: chosen[way] for way in captions.WAYS} == make_captioner.RATES


def test_what_the_page_says_of_hidden_characters():
    """Every seed and the tables: less than half of the bits with both sides; and the tables do better."""
    scores = {(r.setting["method"], r.setting["sides"], r.setting["seed"]): r.score for r in saved(fill_the_blank)}
    for (method, sides, seed), score in scores.items():
        assert score < scores[method, "left", seed] / 2 or sides == "left"
        assert score > scores["table", sides, 0] or method == "table"


def test_what_the_page_says_of_deep_layers():
    """Every sentence of the reading, for every seed."""
    runs = {(r.setting["network"], r.setting["seed"]): list(zip(*r.measures.values(), strict=True))
            for r in saved(deep_layers)}
    for network, seed in [("trained longer", 0), *(("trained", seed) for seed in deep_layers.SEEDS)]:
        moves, felt, this, _, following, *_ = runs[network, seed]
        assert max(moves) - min(moves) < 0.06
        assert felt[0] < felt[1] < felt[2]
        assert this[0] > this[1] > this[2] and following[0] < following[1] < following[2]
    for seed in deep_layers.SEEDS:
        moves, felt, *_ = runs["untrained", seed]
        assert moves[2] < moves[1] / 2 and moves[1] < moves[0] / 2
        assert felt[0] < felt[1] < felt[2]


def test_what_the_page_says_of_the_highlighter():
    """Every sentence of the reading; the rates are the best on validation, and those of the shipped networks."""
    runs = saved(highlighter)
    for net, rate in highlighter.BEST.items():
        assert highlighter.best(runs, net, delay=0)["rate"] == rate == make_highlighter.RATES[net]

    def of(measure, net, delay=0):
        rate = highlighter.best(runs, net, delay=delay)["rate"]
        return highlighter.shares(runs, measure, net=net, delay=delay, rate=rate)

    one, two = of("all", "one-way"), of("all", "two-way")
    assert [f"{np.median(v):.3f}" for v in (two, one)] == ["0.990", "0.944"] and two.min() > one.max() + 0.04
    counts = np.bincount(syntax.stretches(syntax.corpus().test, make_highlighter.LENGTH).labels.ravel())
    place = {name: k for k, name in enumerate(syntax.CLASSES)}
    gain, first = (np.median(of(m, "two-way"), axis=0) - np.median(of(m, "one-way"), axis=0) for m in ("each", "first"))
    names = [place["call"], place["name"]]
    assert 0.87 < (counts * gain)[names].sum() / (counts * gain).sum() < 0.95
    assert {syntax.CLASSES[k] for k in np.argsort(-first)[2:4]} == {"keyword", "string"}
    assert of("first", "one-way")[:, place["docstring"]].min() > 0.98 and first[place["docstring"]] < 0
    late = {k: np.median(of("all", "one-way", k)) - np.median(one) for k in highlighter.DELAYS}
    assert 0.37 < late[4] / (np.median(two) - np.median(one)) < 0.5 and late[4] == max(late.values())
    assert [highlighter.best(runs, "one-way", delay=k)["rate"] for k in (0, *highlighter.DELAYS)] == [
        0.012, 0.024, 0.024, 0.024, 0.012]
    four, eight = (np.median(of("each", "one-way", k), axis=0) for k in (4, 8))
    lost = [place[name] for name in ("number", "operator", "space")]
    assert eight[place["call"]] > four[place["call"]] + 0.05 and (eight < four - 0.005)[lost].all()
    assert (counts * (four - eight))[lost].sum() > (counts * (eight - four))[place["call"]]
    assert max(r.score for r in runs if r.setting["net"] == "neighbours") < one.min() - 0.2


def test_what_the_page_says_of_equal_parameters():
    """Every sentence of the reading."""
    runs = equal_parameters.summary(saved(equal_parameters))
    scores = lambda task, cell: np.asarray(runs[task]["cells"][cell]["scores"])  # noqa: E731
    solved = lambda task, cell: sum(runs[task]["cells"][cell]["solved"])  # noqa: E731
    needed = lambda task, cell: np.asarray(runs[task]["cells"][cell]["sequences"])  # noqa: E731
    tanh = ["tanh RNN", "tanh RNN, orthogonal"]
    lstms = ["LSTM", "LSTM with peepholes", "LSTM with coupled gates"]
    assert all(solved("adding", cell) == 5 for cell in runs["adding"]["cells"] if cell not in tanh)
    assert not any(solved("adding", cell) for cell in tanh)
    assert scores("copy", "GRU").max() < scores("copy", "LSTM").min()
    assert np.median(scores("text", "LSTM")) < np.median(scores("text", "GRU")) - 0.1
    assert max(scores("text", c).max() for c in lstms) < min(scores("text", c).min() for c in tanh)
    assert scores("text", "GRU").min() < max(scores("text", c).max() for c in tanh)
    assert scores("text", "GRU").max() > min(scores("text", c).min() for c in tanh)
    coupled = "LSTM with coupled gates"
    assert needed("adding", coupled).max() <= needed("adding", "LSTM").min() / 2
    assert np.median(needed("adding", coupled)) < np.median(needed("adding", "LSTM")) / 2
    assert np.median(scores("copy", "LSTM with peepholes")) < np.median(scores("copy", "LSTM")) - 0.2
    assert [solved("temporal order", c) for c in (*tanh, "LSTM", "LSTM, gate at 1/2")] == [0, 3, 5, 2]
    trigram = next(r.score for r in saved(equal_parameters) if r.setting["cell"] == equal_parameters.TRIGRAM)
    assert min(scores("text", c).min() for c in (*tanh, "GRU", *lstms)) > trigram - 0.2
    for task, units in ((task, entry["cells"]) for task, entry in runs.items()):
        assert units["GRU"]["rate"] == units[coupled]["rate"] == max(equal_parameters.RATES), task
        assert units["GRU"]["units"] == units[coupled]["units"] > units["LSTM"]["units"]


def test_what_the_page_and_chapter_01_say_of_character_memory():
    runs = saved(character_memory)
    found = character_memory.summary(runs)
    trained, untrained, cut_off = (np.asarray(found[name]) for name in ("trained", "untrained", "cut off"))
    table, three = np.asarray(found["table"]), np.asarray(found["last three"])
    assert len(runs) == 5 and measured("character_memory") == found
    after_eight = cut_off[:, character_memory.READ.index(8)] - cut_off[:, character_memory.READ.index(32)]
    assert after_eight.max() < 0.05 and after_eight.min() > 0
    assert (untrained.min(axis=0) > trained.max(axis=0))[2:6].all()
    assert (trained.max(axis=0) < table)[4:].all() and (trained.min(axis=0) > three)[3]
    assert np.ptp(trained, axis=0).max() < 0.06


def test_what_the_page_says_of_counting():
    """Every sentence of the reading."""
    runs = saved(counting)
    tanh, gru, lstm = (np.asarray(row["reach"]) for row in counting.summary(runs).values())
    assert min(tanh.min(), gru.min(), lstm.min()) >= counting.LONGEST
    assert lstm.min() > gru.max() and np.median(gru) <= np.median(tanh) and gru.max() <= tanh.max()
    assert lstm.max() < min(4 * counting.LONGEST, counting.TESTED)
    early = {cell: [r.solved for r in runs if r.setting["cell"] == cell and r.setting["seed"] in counting.TUNING_SEEDS]
             for cell in counting.UNITS}
    rates = {cell: row["rate"] for cell, row in counting.summary(runs).items()}
    assert (rates["GRU"], rates["LSTM"]) == (max(counting.RATES), min(counting.RATES))
    assert sum(early["LSTM"]) == 3 and len(early["LSTM"]) == 6 and all(early["GRU"])


def test_what_the_page_says_of_the_bottleneck():
    """Every sentence of the reading."""
    rows = bottleneck.summary(saved(bottleneck))
    right = {net: np.array(row["right"]) for net, row in rows.items()}
    trained = slice(0, make_bottleneck.LONGEST)
    assert (right["attention 48"][:, trained] > 0.999).all() and right["attention 48"][:, 29].max() < 0.5
    assert len({rows[f"{context} 48"]["parameters"] for context in ("attention", "average", "fixed vector")}) == 1
    assert right["fixed vector 48"][:, 11].max() < 0.7
    tried = {(r.setting["context"], r.setting["rate"]): np.array(r.measures["right"])[trained]
             for r in saved(bottleneck) if r.setting["seed"] in bottleneck.TUNING_SEEDS}
    for rate in bottleneck.RATES:
        assert tried["attention", rate].min() > 0.999 and tried["fixed vector", rate][-1] < 0.67
    sizes = [right[f"fixed vector {size}"][:, 7:] for size in bottleneck.SIZES["fixed vector"]]
    assert all((less.max(0) < more.min(0)).all() for less, more in itertools.pairwise(sizes))
    assert right["average 48"][:, trained].mean() <= right["fixed vector 48"][:, trained].mean()
    assert (right["attention 48"][:, 12:].min(0) > right["fixed vector 96"][:, 12:].max(0)).all()
    for net, low, high in (("fixed vector 48", 200, 1000), ("attention 48", 2.5, 3.5), ("average 48", 2.5, 3.5)):
        untrained = np.array(rows[net]["gradients"]["untrained"])
        assert (low < untrained[:, 0] / untrained[:, -1]).all() and (untrained[:, 0] / untrained[:, -1] < high).all()
    peak = {net: np.argmax(row["gradients"]["trained"], axis=1) + 1 for net, row in rows.items()}
    assert (peak["attention 48"] == make_bottleneck.LONGEST).all() and (peak["fixed vector 48"] > 20).all()


def test_the_shipped_copiers_have_the_rates_that_were_chosen():
    chosen = {s["context"]: s["rate"] for s in bottleneck.finals(saved(bottleneck))}
    assert chosen == make_bottleneck.RATES


def test_an_unknown_experiment_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["clippin"])
    known = ", ".join(sorted(module.NAME for module in MODULES))
    assert f"no experiment 'clippin'; there are {known}" in capsys.readouterr().err


def test_what_the_page_says_of_states_that_are_set_by_hand_is_there():
    share = {(r.setting["beta"], r.setting["swaps"], r.setting["seed"]): r.score for r in saved(shell_game)}
    assert all(share[2.0, swaps, seed] == 1 for swaps in shell_game.SWAPS for seed in shell_game.SEEDS)
    for seed in shell_game.SEEDS:
        assert share[1.8, 20, seed] > 0.985 and 0.75 < share[1.8, 100, seed] < 0.88
        assert abs(share[1.8, 1000, seed] - 1 / 3) < 0.01 and share[1.0, 20, seed] < 0.35
        assert max(share[1.0, 100, seed], share[1.0, 1000, seed]) < 0.35
    assert percents([share[1.0, 5, seed] for seed in shell_game.SEEDS], 0) == (36, 46)
    recalled = {(r.setting["keys"], r.setting["memory"], r.setting["seed"]): r.score for r in saved(fast_weights)}
    for seed in fast_weights.SEEDS:
        twice, random = ({memory: recalled[keys, memory, seed] for memory in fast_weights.MEMORIES}
                         for keys in ("orthonormal", "random"))
        assert twice["delta rule, β = 1"] == twice["delta rule, β = 0.2"] == 1
        assert max(twice["sum"], twice["softmax"]) < 0.5
        assert random["delta rule, β = 1"] < random["sum"] < random["delta rule, β = 0.2"] < random["softmax"] == 1


def test_the_games_are_shuffled_as_their_vectors_say():
    v, ball = shell_game.games(40, seed=3)
    order = np.tile(np.arange(shell_game.CUPS), (shell_game.GAMES, 1))
    for step in v:
        for game, direction in enumerate(step):
            i, j = np.flatnonzero(direction)
            order[game, [i, j]] = order[game, [j, i]]
    np.testing.assert_array_equal(ball, np.argmax(order == 0, axis=1))


def test_the_marks_by_hand_reach_as_far_as_a_negation_and_a_contrast_do():
    mark = lambda text: " ".join(reviews.marked(tuple(text.split())))  # noqa: E731
    assert mark("the film was not at all dull .") == "the film was not not_at not_all not_dull ."
    assert mark("not long and clever") == "not not_long and clever"
    assert mark("not only clever") == "not only clever"
    assert mark("bad but good .") == "bad but:but but:good ."
    assert mark("anything but dull but good") == "anything not_but not_dull but:but but:good"
    assert mark("although bad , good") == "although:although although:bad , good"


def test_what_the_page_says_of_reviews():
    found = measured("reviews")
    right = lambda size, method: found[str(size)][method]["right"]  # noqa: E731
    kinds = helpers_reviews.KINDS
    known = [kind for kind in kinds if kind != "new pair"]
    for size in reviews.SIZES:
        for kind in ("contrast", "negated contrast"):
            assert all(0.44 < share < 0.56 for share in right(size, reviews.CONTROL)[kind])
    median = lambda size, method, kind: np.median(right(size, method)[kind])  # noqa: E731
    for net in reviews.NETS:
        assert np.mean([median(200, net, kind) for kind in known]) < np.mean(
            [median(200, "bag of words", kind) for kind in known]) + 0.02
        assert all(median(200, reviews.MARKED, kind) > median(200, net, kind) + 0.1 for kind in known)
        assert all(min(right(3200, net)[kind]) > 0.99 for kind in known) and min(right(3200, net)["new pair"]) > 0.76
        assert median(3200, net, reviews.LONGER) < 0.99 < min(right(3200, reviews.MARKED)[reviews.LONGER])
    assert sum(share == 1 for net in reviews.NETS for share in right(3200, net)[reviews.LONGER]) == 1
    for bag in (*reviews.BAGS, reviews.MARKED):
        assert max(right(3200, bag)["new pair"]) < 0.53
    for more in ("words and pairs", "words, pairs and triples"):
        gain = {kind: median(3200, more, kind) - median(3200, "bag of words", kind) for kind in kinds}
        assert gain["negated"] > 0.5 and gain["contrast"] > 0.2 and gain["plain"] < 0


@pytest.mark.parametrize("ahead", forecast.AHEAD)
def test_no_network_is_fitted_to_or_reads_what_it_is_tested_on(ahead):
    x, y, scale = forecast.inputs(told=True)
    latest = max(int(forecast.stretches(torch.arange(len(x))[:, None], torch.arange(len(y)), ahead)(
        torch.Generator().manual_seed(seed))[1].max()) for seed in range(400))
    assert latest == series.TRAIN.stop - 1
    torch.manual_seed(0)
    net = forecast.Forecaster(nn.GRU)
    before = forecast.whole(net, x, ahead, scale)
    x[650 - ahead + 1 :] += 1.0
    after = forecast.whole(net, x, ahead, scale)
    np.testing.assert_array_equal(before[: 650 + 1], after[: 650 + 1])
    assert (before[651:] != after[651:]).all() and np.isnan(before[:ahead]).all()


def test_what_the_page_says_of_forecasts():
    found = measured("forecast")
    median = lambda ahead, method: np.median(found[ahead][method]["mase"])  # noqa: E731
    for ahead in found:
        others = [method for method in found[ahead] if method not in (*forecast.NETS, forecast.CONTROL)]
        best = min(median(ahead, method) for method in others)
        assert all(median(ahead, net) > best for net in (*forecast.NETS, forecast.CONTROL))
    fitted = (*forecast.LINEAR, *forecast.NETS, forecast.CONTROL)
    assert max(median("1", m) for m in fitted) - min(median("1", m) for m in fitted) < 0.02
    for net in forecast.NETS:
        assert max(found["6"][net]["mase"]) < found["6"]["autoregression"]["mase"][0]
    assert median("6", "LSTM") < median("6", forecast.CONTROL) < median("6", "autoregression")
    assert min(found["12"], key=lambda method: median("12", method)) == "climatology"
    untold, usual = sorted(found["12"][forecast.CONTROL]["mase"]), median("12", "climatology")
    assert np.round(untold, 2)[[0, 1, -1]].tolist() == [0.60, 0.62, 0.83] and untold[1] < usual < untold[2]


def test_selective_copying_asks_for_the_tokens_in_their_order():
    symbols, tokens = selective_copy.draw(torch.Generator().manual_seed(0), 200)
    for column, due in zip(symbols.T, tokens.T, strict=True):
        read, asked = column.split([selective_copy.LENGTH, selective_copy.TOKENS])
        assert read[read != selective_copy.NOISE].tolist() == due.tolist()
        assert (asked == selective_copy.ASK).all()
    places = (symbols[: selective_copy.LENGTH] != selective_copy.NOISE).float().mean(1)
    assert (places - 1 / 8).abs().max() < 0.1 and set(tokens.unique().tolist()) == set(range(selective_copy.KINDS))


def test_who_knows_no_order_names_the_most_frequent_token():
    _, tokens = selective_copy.draw(torch.Generator().manual_seed(1), 20_000)
    right = (tokens == tokens.mode(dim=0).values).float().mean()
    assert abs(float(right) - selective_copy.without_order()) < 0.01


def test_the_nets_of_selective_copying_are_of_one_size_and_start_alike():
    sizes = [selective_copy.parameters(plan) for plan in selective_copy.PLANS.values()]
    assert max(sizes) / min(sizes) < 1.11
    for net, plan in selective_copy.PLANS.items():
        first = selective_copy.Net(plan, seed=0).layers[0]
        if plan.cell.startswith("min"):
            x = torch.zeros(3, 1, selective_copy.KINDS + 2)
            trace = first.forward_all(first.params(first.W_x, first.b), x, parallel=True)
            keep = trace.z if plan.cell == "minGRU" else trace.f
            torch.testing.assert_close(keep, torch.full_like(keep, 1 / (1 + np.exp(-selective_copy.KEEP))))
        else:
            blocks = (first.layer.bias_ih_l0 + first.layer.bias_hh_l0).unflatten(0, (-1, plan.units))
            assert (blocks[1] == selective_copy.KEEP).all(), net
            writes = (blocks[0] == -selective_copy.KEEP) if plan.cell == "LSTM" else (blocks[0].abs() < 1)
            assert writes.all(), net


def test_what_the_page_says_of_selective_copying():
    """Every sentence of the reading."""
    runs = saved(selective_copy)
    scores = {net: row["scores"] for net, row in selective_copy.summary(runs).items()}
    minimal = [score for net in scores if net.startswith("min") for score in scores[net]]
    assert min(minimal) > 0.94 and max(minimal) < 0.985
    median = lambda net: np.median(scores[net])  # noqa: E731
    assert 0 < median("minGRU, 3 layers") - median("minGRU, 1 layer") < 0.03
    assert median("minLSTM, 3 layers") < median("minLSTM, 1 layer")
    assert min(scores["GRU, 1 layer"]) > max(scores["minGRU, 1 layer"])
    assert min(scores["GRU, 3 layers"]) <= max(scores["minGRU, 3 layers"]) < median("GRU, 3 layers")
    assert all(sum(score >= 0.99 for score in scores[f"GRU, {depth}"]) == 2 for depth in ("1 layer", "3 layers"))
    rates = {net for net, row in selective_copy.summary(runs).items() if row["rate"] == max(selective_copy.RATES)}
    assert rates == {"GRU, 1 layer", "LSTM, 1 layer"}
    one, three = sorted(scores["LSTM, 1 layer"]), sorted(scores["LSTM, 3 layers"])
    assert one[0] < 0.14 and one[1] >= 0.99 and [round(three[0], 2), round(three[2], 2)] == [0.69, 0.97]


def percents(values, digits=1):
    """The lowest and the highest of shares, in percent."""
    return tuple(round(100 * float(v), digits) for v in (np.min(values), np.max(values)))


def test_what_the_page_says_of_dates():
    """Every sentence of the reading, for every seed; the rates are the best on validation, and the shipped ones."""
    runs = saved(dates)
    of = {net: lambda measure, net=net: dates.by_seed(runs, net, measure)
          for net in (*dates.READERS, *dates.SHORT_READERS)}
    for net, rate in dates.BEST.items():
        assert {r.setting["rate"] for r in dates.best(runs, net)} == {rate}
    score = {net: [r.score for r in dates.best(runs, net)] for net in dates.READERS}
    assert percents(score["attention"]) == (99.8, 99.9) and percents(score["fixed vector"]) == (99.6, 99.7)
    assert score["rules"] == [1.0] and (of["rules"]("lengths") == 1).all()
    texts = 12_800 // (dates.B * dates.EVERY) - 1
    soon = {net: of[net]("curve")[:, texts] for net in dates.NETS}
    assert percents(soon["attention"], 0) == (92, 99) and percents(soon["fixed vector"], 0) == (14, 23)
    tried = {(r.setting["net"], r.setting["rate"]): r.measures["curve"][texts] for r in runs
             if r.setting["net"] in dates.NETS and r.setting["seed"] == 0 and "longest" not in r.setting}
    assert all(tried["attention", rate] > tried["fixed vector", rate] + 0.2 for rate in dates.RATES)
    assert all(of[net]("lengths").min() > 0.99 and of[net]("around").min() > 0.98 for net in dates.NETS)
    short = {net: of[f"{net}, short"]("around") for net in dates.NETS}
    assert percents(short["attention"][:, -1]) == (83, 94.5) and percents(short["fixed vector"][:, -1]) == (33.5, 58.5)
    assert all(np.diff(row).max() < 0 for found in short.values() for row in found)
    assert (short["fixed vector"][:, 1:] < short["attention"][:, 1:]).all()
    assert of["attention"]("aligned").min() > 0.89 and of["attention"]("elsewhere").max() < 0.5
    odd = next(r for r in runs if r.setting == {"net": "attention", "rate": 0.012, "seed": 0})
    assert odd.score > 0.999 and 0.5 < odd.measures["aligned"][1] < 0.55
    neither = of["attention"]("ambiguous")[:, 2]
    assert percents(neither, 0) == (39, 52)
    doubt = {kind: of["attention"](f"doubt {kind}") for kind in ("plain", "ambiguous", "impossible")}
    assert (doubt["ambiguous"][:, 1] > 20 * doubt["plain"][:, 1]).all() and doubt["ambiguous"][:, 0].max() < 0.02
    assert of["attention"]("impossible")[:, 0].min() > 0.99 and (doubt["impossible"] < 0.005).all()
    bugs = {net: [of[net](f"padding: {name}") for name, flags in dates.BUGS.items()
                  if net == "attention" or "mask" not in flags] for net in dates.NETS}
    assert all(found[:, 1].min() > 0.93 for net in dates.NETS for found in bugs[net])
    assert all(found[:, -1].min() >= 0.94 for found in bugs["attention"])
    assert percents(bugs["fixed vector"][0][:, -1], 0) == (55, 88)
    first = next(r for r in runs if r.setting == {"net": "attention", "rate": 0.006, "seed": 0})
    assert 0.2 < first.measures["padding: both"][-1] < 0.21
    for net in dates.NETS:
        assert np.array_equal(of[net]("beam 1, plain")[:, 0], of[net]("beam 5, plain")[:, 0])


def test_what_the_page_says_of_digits():
    """Every sentence of the reading; and the rates of the shipped networks are the chosen ones."""
    found = measured("digits")
    networks, simple = found["networks"], found["simple"]["pixels"]
    middle = lambda order, cell, what="right": np.median(networks[order][cell][what], axis=0)  # noqa: E731
    rows = np.concatenate([row["right"] for row in networks["rows"].values()])
    linear, *strong = (simple[method]["right"][0] for method in digits.SIMPLE)
    assert rows.min() > 0.935 and rows.max() < 0.965 and abs(linear - np.median(rows)) < 0.01
    every = [share for order in networks for row in networks[order].values() for share in row["right"]]
    assert min(strong) > max(every) and [f"{share:.0%}" for share in strong] == ["98%", "98%"]
    uniform, orthogonal, *gated = digits.CELLS
    assert [f"{middle('pixels', cell):.0%}" for cell in digits.CELLS] == ["88%", "94%", "94%", "95%"]
    assert max(max(row["right"]) for row in networks["last 8 pixels"].values()) < 0.54
    assert [f"{middle('pixels', cell, 'each')[3]:.0%}" for cell in ("GRU", orthogonal)] == ["81%", "37%"]
    lost = {(order, cell): np.subtract(row["right"], row["moved"]) for order in networks
            for cell, row in networks[order].items()}
    assert max(lost["pixels", cell].max() for cell in gated) < 0.05
    plain = np.concatenate([lost["pixels", cell] for cell in (uniform, orthogonal)])
    assert [f"{share:.0%}" for share in (plain.min(), plain.max())] == ["13%", "63%"]
    assert min(lost["rows", cell].min() for cell in digits.CELLS) > 0.5
    assert min(simple[method]["right"][0] - simple[method]["moved"][0] for method in simple) > 0.34
    assert max(max(networks["shuffled pixels"][cell]["moved"]) for cell in gated) < 0.3
    cost = {cell: middle("pixels", cell) - middle("shuffled pixels", cell) for cell in digits.CELLS}
    assert max(cost[uniform], cost[orthogonal]) < 0.0101 and round(100 * cost["GRU"]) == 4
    assert round(100 * cost["LSTM"]) == 13
    filed = found["simple"][digits.AS_FILED]
    harder = [simple[method]["right"][0] - filed[method]["right"][0] for method in simple]
    assert min(harder) > 0.01 and max(harder) < 0.04
    assert all(networks["pixels"][cell]["rate"] == max(digits.RATES) for cell in gated)
    for cell, rates in make_pixel_reader.RATES.items():
        assert rates == tuple(networks[order][cell]["rate"] for order in digits.READINGS)
    parameters = [row["parameters"] for order in digits.READINGS for row in networks[order].values()]
    assert max(parameters) / min(parameters) < 1.03


def test_what_chooses_a_rate_for_digits_is_not_tested_on():
    assert not set(digits.TUNING_SEEDS) & set(digits.SEEDS)
    labels = helpers_digits.load().train_labels
    fitted, chosen = helpers_digits.split(labels, digits.VALIDATED)
    assert len(chosen) == 250 and sorted([*fitted, *chosen]) == list(range(len(labels)))

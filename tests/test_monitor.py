"""The training monitor: what it draws is what autograd computed, and its stop button stops."""

import copy
import re
import signal
import threading
import time

import numpy as np
import pytest
import torch
from torch import nn

from helpers import tasks
from helpers._monitor_plots import panel
from helpers.monitor import Monitor
from helpers.training import fit

torch.set_num_threads(1)


class Net(nn.Module):
    """A recurrent layer read at its last step, through its output or through h_n."""

    def __init__(self, layer, outputs=1, through="output"):
        super().__init__()
        self.layer, self.through = layer, through
        self.readout = nn.Linear(layer.hidden_size, outputs)

    def forward(self, x):
        output, last = self.layer(x)
        h_n = last[0] if isinstance(last, tuple) else last
        return self.readout(output[-1] if self.through == "output" else h_n[-1])


def adding(rng):
    return tasks.adding(12, 8, rng)


@pytest.mark.parametrize("through", ["output", "h_n"])
@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_the_norm_by_lag_is_what_autograd_finds_step_by_step(kind, through):
    torch.manual_seed(1)
    model = Net(kind(2, 5), through=through).double()
    x = torch.randn(7, 3, 2, dtype=torch.float64)
    with Monitor(model, every=1) as monitor:
        (model(x) ** 2).sum().backward()
    state, states = None, []  # the same pass one step at a time, where autograd can be asked for every state
    for step in x:
        _, state = model.layer(step[None], state)
        h = state[0] if isinstance(state, tuple) else state
        h.retain_grad()
        states.append(h)
    (model.readout(states[-1][0]) ** 2).sum().backward()
    want = [h.grad.norm().item() for h in reversed(states)]
    np.testing.assert_allclose(monitor.lag_norms[0], want, rtol=1e-9)


def test_parameter_norms_are_those_before_clipping():
    torch.manual_seed(2)
    model = Net(nn.RNN(2, 5))
    seen = []
    with Monitor(model, every=3) as monitor:
        watch = lambda *call: seen.append(call[3]) or monitor(*call)  # noqa: E731
        fit(model, adding, 6, loss=nn.functional.mse_loss, clip=1e-4, every=1, callback=watch)
    total = np.sqrt(sum(np.square(v) for v in monitor.parameter_norms.values()))
    np.testing.assert_allclose(total, seen, rtol=1e-4)
    assert monitor.steps == [1, 2, 3, 4, 5, 6] and monitor.looks == [1, 4]


def test_the_gates_of_an_open_forget_gate_are_seen_as_saturated():
    model = Net(nn.LSTM(2, 5))
    with torch.no_grad():
        model.layer.bias_ih_l0[5:10] = 20.0
    with Monitor(model, every=1) as monitor:
        model(torch.zeros(4, 1, 2)).sum().backward()
    mean, saturated = monitor.gates["f"][0]
    assert mean > 0.99 and saturated == 1.0
    assert monitor.gates["i"][0][1] == 0.0


@pytest.fixture
def notebook(monkeypatch):
    """As in a kernel: `fit` returns at once, and the training runs in a thread."""
    monkeypatch.setattr("helpers.monitor.in_kernel", lambda: True)


def until(happens):
    """Wait until `happens()` is true."""
    deadline = time.monotonic() + 30
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def begun(steps=100_000, **how):
    """A monitor whose training has begun."""
    monitor = Monitor(Net(nn.GRU(2, 5)))
    return monitor.fit(adding, steps, loss=nn.functional.mse_loss, **{"every": 1, **how})


def test_without_a_kernel_the_training_has_ended_when_fit_returns():
    monitor = begun(5)
    assert not monitor.running and monitor.steps == [1, 2, 3, 4, 5]
    np.testing.assert_array_equal(monitor.wait().loss, monitor.losses)
    assert "Step 5 of 5" in monitor.status and "Done." in monitor.status


def test_the_thread_trains_as_fit_does():
    torch.manual_seed(0)
    watched = Net(nn.GRU(2, 5))
    plain = copy.deepcopy(watched)
    history = Monitor(watched).fit(adding, 7, loss=nn.functional.mse_loss, every=2, seed=3).wait()
    want = fit(plain, adding, 7, loss=nn.functional.mse_loss, every=2, seed=3)
    np.testing.assert_array_equal(history.loss, want.loss)
    for got, expected in zip(watched.parameters(), plain.parameters(), strict=True):
        assert torch.equal(got, expected)


def test_stopping_ends_the_training_between_two_records_too(notebook):
    monitor = begun(every=50_000)
    until(lambda: monitor.looks)
    with pytest.raises(RuntimeError, match="still runs"):
        monitor.history  # noqa: B018
    with pytest.raises(RuntimeError, match="still runs"):
        monitor.start(print)
    monitor.stop()
    history = monitor.wait()
    assert 0 < history.step[-1] < 50_000 and "Stopped" in monitor.status
    assert monitor.history is history


def test_it_may_go_on_after_it_was_stopped(notebook):
    monitor = begun()
    until(lambda: monitor.steps)
    monitor.stop()
    monitor.wait()
    before = len(monitor.steps)
    monitor.fit(adding, 3, loss=nn.functional.mse_loss, every=1).wait()
    assert len(monitor.steps) == before + 3 and "Done." in monitor.status


def test_an_interrupt_ends_what_a_cell_waits_for(notebook):
    monitor = begun()
    until(lambda: monitor.steps)
    threading.Timer(0.1, signal.raise_signal, [signal.SIGINT]).start()
    history = monitor.wait()
    assert 0 < history.step[-1] < 100_000 and "Stopped" in monitor.status


def test_an_error_in_the_thread_is_shown_and_raised(notebook):
    monitor = Monitor(Net(nn.GRU(2, 5)))
    monitor.start(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        monitor.wait()
    assert "ZeroDivisionError" in monitor.status
    with pytest.raises(RuntimeError, match="trained nothing yet"):
        Monitor(Net(nn.GRU(2, 5))).wait()


def test_the_screen_follows_and_its_button_stops(notebook):
    pytest.importorskip("anywidget")
    monitor = begun()
    monitor._repr_mimebundle_()
    screen = monitor._screen
    until(lambda: "latest look" in screen.drawings and "of 100,000" in screen.progress)
    assert screen.enabled and screen.said == "Training."
    screen._handle_custom_msg({"pressed": True}, [])
    until(lambda: screen.said == "Stopped. The model keeps what it has learnt.")
    assert not screen.enabled and not monitor.running
    until(lambda: screen.progress == monitor.progress)  # what came last is drawn, however soon after what went before


def test_drawing_costs_a_training_little(notebook, monkeypatch):
    """However long a drawing takes, it is drawn again only after many times as long."""
    watch = pytest.importorskip("live_figures.watch")
    slept = []
    monkeypatch.setattr(watch.time, "perf_counter", iter(np.arange(100) * 0.05).__next__)
    monkeypatch.setattr(watch.time, "sleep", slept.append)
    screen = watch.Watch(lambda: ({}, ""), print, button="Stop")
    screen.soon()
    until(lambda: slept)
    assert slept == [pytest.approx(0.05 * watch.SHARE)]


def test_a_peak_among_many_values_is_drawn():
    values = np.ones(100_000)
    values[54_321] = 9.0
    lines = panel("loss", {"loss": (np.arange(100_000), values)})["data"][0]
    assert len(lines["y"]) < 1000 and lines["y"].max() == 9.0 and lines["x"][lines["y"].argmax()] == 54_321


def test_a_page_names_every_line(monkeypatch):
    monkeypatch.setenv("LIVE_FIGURES_PAGE", "1")
    monitor = Monitor(Net(nn.LSTM(2, 4)), every=1).fit(adding, 3, every=1, loss=nn.functional.mse_loss)
    html = monitor._repr_mimebundle_()["text/html"]
    shown = set(re.findall(r'data-name="([^"]+)"', html))
    assert shown == {line for lines in monitor.series().values() for line in lines}
    legends = "".join(re.findall(r'<div class="live-legend.*?</div>', html, re.S))
    assert all(f">{line}<" in legends.replace("</svg>", ">") for line in shown - {"loss"})
    assert html.count(monitor.status) == 1


def test_what_it_cannot_watch_is_said():
    with pytest.raises(TypeError, match="one with a torch.nn.RNN, LSTM or GRU, got Linear"):
        Monitor(nn.Linear(2, 2))
    with pytest.raises(ValueError, match="every"):
        Monitor(nn.RNN(2, 2), every=0)
    model = Net(nn.RNN(2, 5, num_layers=2, dropout=0.5))
    with Monitor(model, every=1) as monitor:
        model(torch.zeros(4, 1, 2)).sum().backward()
        monitor.record(1.0)
    assert "dropout" in monitor.status and monitor.parameter_norms


def test_closing_leaves_the_model_as_it_was():
    model = Net(nn.RNN(2, 5))
    Monitor(model).close()
    assert not model.layer._forward_hooks

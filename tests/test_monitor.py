"""The training monitor: what it draws is what autograd computed, and its stop button stops."""

import numpy as np
import pytest
import torch
from torch import nn

from helpers import tasks
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


def test_stopping_ends_the_training_from_another_thread():
    model = Net(nn.GRU(2, 5))
    monitor = Monitor(model)
    monitor.start(lambda: fit(model, adding, 100_000, loss=nn.functional.mse_loss, every=1, callback=monitor))
    while not monitor.steps:
        monitor.thread.join(0.01)
    monitor.stop()
    monitor.thread.join(20)
    assert not monitor.thread.is_alive() and 0 < monitor.steps[-1] < 100_000 and "Stopped" in monitor.status


def test_an_error_in_the_thread_is_shown():
    monitor = Monitor(Net(nn.GRU(2, 5)))
    monitor.start(lambda: 1 / 0).thread.join(20)
    assert "ZeroDivisionError" in monitor.status


def test_the_screen_draws_the_series_and_its_button_stops():
    model = Net(nn.LSTM(2, 5, num_layers=2))
    monitor = Monitor(model, every=1)
    bundle = monitor._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    for _ in range(3):
        loss = (model(torch.randn(6, 2, 2)) ** 2).sum()
        loss.backward()
        assert not monitor.record(loss)
    drawn = {trace.name: trace.y for trace in monitor._screen.plot.data}
    np.testing.assert_allclose(drawn["loss"], monitor.losses)
    np.testing.assert_allclose(drawn["latest look"], monitor.lag_norms[-1])
    monitor._screen.button.click()
    assert monitor.record(loss)


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

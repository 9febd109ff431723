"""The training loop on problems with a known solution."""

import signal

import numpy as np
import pytest
import torch
from torch import nn

from helpers import training

torch.set_num_threads(1)


def _regression(seed=0):
    """A linear problem, its exact weights, and an untrained model."""
    torch.manual_seed(seed)
    truth = torch.tensor([[2.0, -1.0, 0.5]])

    def batch(rng):
        x = torch.randn(32, 3, generator=rng)
        return x, x @ truth.T

    return batch, truth, nn.Linear(3, 1)


def test_fit_finds_the_exact_weights_of_a_linear_problem():
    batch, truth, model = _regression()
    history = training.fit(model, batch, 600, loss=nn.functional.mse_loss, lr=0.05)
    assert torch.allclose(model.weight, truth, atol=1e-3)
    assert history.loss[-1] < 1e-5 < history.loss[0]


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    runs = [training.fit(_regression()[2], _regression()[0], 40, loss=nn.functional.mse_loss, seed=s)
            for s in (1, 1, 2)]
    assert np.array_equal(runs[0].loss, runs[1].loss)
    assert not np.array_equal(runs[0].loss, runs[2].loss)


def test_records_are_means_of_the_interval_and_the_last_step_is_always_there():
    fine, coarse = (training.fit(_regression()[2], _regression()[0], 25, loss=nn.functional.mse_loss, every=e)
                    for e in (1, 10))
    assert list(fine.step) == list(range(1, 26)) and list(coarse.step) == [10, 20, 25]
    assert coarse.loss == pytest.approx([fine.loss[:10].mean(), fine.loss[10:20].mean(), fine.loss[20:].mean()])
    assert coarse.grad_norm[0] == pytest.approx(fine.grad_norm[:10].mean())
    assert np.all(np.diff(fine.seconds) > 0)


def test_gradients_are_clipped_to_the_norm_and_recorded_unclipped():
    batch, _, model = _regression()
    norms = []

    def callback(step, model, loss, grad_norm):
        norms.append(np.sqrt(sum(float((p.grad**2).sum()) for p in model.parameters())))

    history = training.fit(model, batch, 5, loss=nn.functional.mse_loss, clip=0.1, every=1, callback=callback)
    assert norms == pytest.approx([0.1] * 5, rel=1e-3)
    assert np.all(history.grad_norm > 0.1)
    norms.clear()
    free = training.fit(_regression()[2], batch, 5, loss=nn.functional.mse_loss, clip=None, every=1, callback=callback)
    assert np.all(free.grad_norm > 0.1) and norms[0] > 0.1


def test_an_interrupt_ends_the_training_after_the_present_step(capsys):
    handler = signal.getsignal(signal.SIGINT)
    batch, _, model = _regression()
    presses = iter([signal.SIGINT])

    def interrupted(rng):
        for number in presses:
            signal.raise_signal(number)
        return batch(rng)

    history = training.fit(model, interrupted, 50, loss=nn.functional.mse_loss, every=20)
    assert history.step.tolist() == [1] and history.loss.size == 1
    assert "Stopped at step 1 of 50. The model keeps what it has learnt." in capsys.readouterr().out
    assert signal.getsignal(signal.SIGINT) is handler


def test_a_second_interrupt_ends_it_at_once():
    def deaf(rng):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        training.fit(_regression()[2], deaf, 5, loss=nn.functional.mse_loss)


def test_a_loss_that_is_not_a_number_names_the_step():
    batch, _, model = _regression()
    with pytest.raises(FloatingPointError, match="nan at step 1"):
        training.fit(model, batch, 3, loss=lambda out, y: (out - y).mean() * float("nan"))


def test_wrong_counts_are_refused():
    batch, _, model = _regression()
    with pytest.raises(ValueError, match="steps: .* at least 1, got 0"):
        training.fit(model, batch, 0, loss=nn.functional.mse_loss)


def test_the_progress_bar_is_silent_in_a_book_build(monkeypatch, capfd):
    for book, silent in (("", False), ("1", True)):
        monkeypatch.setenv("LIVE_FIGURES_PAGE", book)
        batch, _, model = _regression()
        training.fit(model, batch, 3, loss=nn.functional.mse_loss, label="a linear model")
        assert (capfd.readouterr().err == "") is silent

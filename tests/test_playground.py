"""The playground's training runs against torch, and against the program that the page runs."""

import numpy as np
import pytest
import torch

from helpers import playground as pg

MODULES = {"rnn": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
OPTIMISERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam,
              "momentum": lambda parameters, lr: torch.optim.SGD(parameters, lr, momentum=0.9)}
CLIPS = {"off": lambda parameters, threshold: None, "norm": torch.nn.utils.clip_grad_norm_,
         "value": torch.nn.utils.clip_grad_value_}


def torch_net(cell, task, hidden, weights):
    """The network in torch: its parameters that are trained, and a function from x (T, B, D) to answers."""
    parts = {name: torch.tensor(part.T.copy()) for name, part in pg.unpack(cell, task, hidden, weights).items()}
    layer = MODULES[cell](pg.TASKS[task].inputs, hidden, dtype=torch.float64)
    out = torch.nn.Linear(hidden, pg.TASKS[task].outputs, dtype=torch.float64)
    layer.load_state_dict({"weight_ih_l0": parts["W_x"], "weight_hh_l0": parts["W_h"], "bias_ih_l0": parts["b"],
                           "bias_hh_l0": parts.get("b_h", 0 * parts["b"])})
    out.load_state_dict({"weight": parts["W_y"], "bias": parts["b_y"]})
    layer.bias_hh_l0.requires_grad_("b_h" in parts)  # torch's two biases add: elsewhere one is enough
    return [p for p in [*layer.parameters(), *out.parameters()] if p.requires_grad], lambda x: out(layer(x)[0])


@pytest.mark.parametrize("clip", CLIPS)
@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("cell", MODULES)
def test_steps_are_those_of_torch(cell, optimiser, clip, task="adding"):
    state = pg.initial(cell, task, 8, 3)
    parameters, answer = torch_net(cell, task, 8, state["weights"])
    torch_step = OPTIMISERS[optimiser](parameters, lr=0.02)
    for k in range(1, 26):
        x, y = pg.draw(task, 3, k, 9)
        state, measured = pg.step(cell, task, state, x, y, 0.02, optimiser, clip, 0.1)
        torch_step.zero_grad()
        loss = torch.nn.functional.mse_loss(answer(torch.tensor(x))[-1], torch.tensor(y))
        loss.backward()
        norm = torch.stack([p.grad.norm() for p in parameters]).norm()
        CLIPS[clip](parameters, 0.1)
        torch_step.step()
        np.testing.assert_allclose(measured["loss"], loss.item(), rtol=1e-10)
        np.testing.assert_allclose(measured["grad_norm"], norm.item(), rtol=1e-10)
    np.testing.assert_allclose(state["weights"], torch_net_weights(parameters), atol=1e-10)


def torch_net_weights(parameters):
    return np.concatenate([p.detach().numpy().T.ravel() for p in parameters])

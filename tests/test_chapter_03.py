"""What the prose of chapter 03 says about runs that the chapter itself does not show."""

from functools import partial

import numpy as np
import pytest
import torch

from helpers.crowd import Crowd, evaluate_crowd, members, train_crowd
from helpers.tasks import temporal_order


@pytest.mark.slow
def test_a_few_clipped_networks_of_other_seeds_are_thrown_back_and_return():
    crowd, task = Crowd(members("orthogonal", 8, 32, 4, range(10, 20), clip=1.0)), partial(temporal_order, 20)
    history = train_crowd(crowd, task, 1200, loss=partial(torch.nn.functional.cross_entropy, reduction="none"), lr=0.2,
                          every=5)
    right = evaluate_crowd(crowd, task, lambda scores, y: (scores.argmax(-1) == y).float())
    had_learned = np.minimum.accumulate(history.loss) < 0.35
    thrown_back = (had_learned & (history.loss > np.log(4))).any(0).sum()
    assert 1 <= thrown_back <= 4 and (right >= 0.99).all(), (thrown_back, right)

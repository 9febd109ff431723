import numpy as np
import pytest
import torch

from helpers.clipping import clip_by_norm, clip_by_value


@pytest.mark.parametrize("threshold", [1e-3, 0.5, 1.0, 50.0])
def test_clip_by_norm_agrees_with_torch(threshold):
    g = np.random.default_rng(0).normal(size=17)
    parameter = torch.zeros(17, dtype=torch.float64)
    parameter.grad = torch.tensor(g)
    torch.nn.utils.clip_grad_norm_([parameter], threshold)
    np.testing.assert_allclose(clip_by_norm(g, threshold), parameter.grad.numpy(), rtol=1e-5)


@pytest.mark.parametrize("threshold", [1e-3, 0.5, 50.0])
def test_clip_by_value_agrees_with_torch(threshold):
    g = np.random.default_rng(1).normal(size=17)
    parameter = torch.zeros(17, dtype=torch.float64)
    parameter.grad = torch.tensor(g)
    torch.nn.utils.clip_grad_value_([parameter], threshold)
    np.testing.assert_array_equal(clip_by_value(g, threshold), parameter.grad.numpy())


def test_clipping_is_a_ceiling_and_leaves_small_and_zero_gradients_alone():
    small = np.array([3e-9, -4e-9])
    np.testing.assert_array_equal(clip_by_norm(small, 1.0), small)
    np.testing.assert_array_equal(clip_by_norm(np.zeros(3), 1.0), np.zeros(3))


def test_norm_keeps_the_direction_and_value_does_not():
    g = np.array([10.0, 1.0])
    np.testing.assert_allclose(clip_by_norm(g, 1.0) / np.linalg.norm(clip_by_norm(g, 1.0)), g / np.linalg.norm(g))
    np.testing.assert_array_equal(clip_by_value(g, 1.0), [1.0, 1.0])

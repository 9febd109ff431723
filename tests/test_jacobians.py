import numpy as np
import pytest

from helpers.jacobians import (
    MAX_SLOPE,
    chain,
    largest_singular_value,
    norm_bound,
    scaled_to_radius,
    spectral_radius,
)


def test_largest_singular_value_agrees_with_the_svd_and_never_exceeds_it():
    matrices = np.random.default_rng(0).normal(size=(20, 12, 12))
    exact = np.linalg.norm(matrices, 2, axis=(-2, -1))
    ours = largest_singular_value(matrices)
    assert np.all(ours <= exact * (1 + 1e-12))
    np.testing.assert_allclose(ours, exact, rtol=11 / (2 * np.e * 1024))


@pytest.mark.parametrize("matrix", [np.eye(5), np.diag([3.0, 3.0, 1.0]), chain(12, 0.9, 1.1)])
def test_largest_singular_value_with_crowded_singular_values(matrix):
    np.testing.assert_allclose(largest_singular_value(matrix), np.linalg.norm(matrix, 2), rtol=3e-3)


def test_largest_singular_value_of_tiny_huge_and_zero_matrices():
    base = np.random.default_rng(1).normal(size=(4, 4))
    for scale in (1e-100, 1e100):
        np.testing.assert_allclose(
            largest_singular_value(base * scale), np.linalg.norm(base, 2) * scale, rtol=1e-3
        )
    assert largest_singular_value(np.zeros((4, 4))) == 0.0


def test_scaled_to_radius_and_its_refusal():
    matrix = np.random.default_rng(2).normal(size=(7, 7))
    assert spectral_radius(scaled_to_radius(matrix, 0.9)) == pytest.approx(0.9)
    with pytest.raises(ValueError, match="every eigenvalue"):
        scaled_to_radius(np.eye(3, k=1), 1.0)


def test_chain_has_one_eigenvalue_and_a_larger_singular_value():
    matrix = chain(8, 0.9, 1.17)
    np.testing.assert_allclose(np.diag(matrix), 0.9)
    assert spectral_radius(matrix) == pytest.approx(0.9)
    assert 1.9 < np.linalg.norm(matrix, 2) < 0.9 + 1.17


@pytest.mark.parametrize("activation", sorted(MAX_SLOPE))
def test_max_slope_is_the_largest_slope_anywhere(activation):
    f = {
        "linear": lambda z: z,
        "relu": lambda z: np.maximum(z, 0),
        "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
        "tanh": np.tanh,
    }[activation]
    z = np.linspace(-8, 8, 100_001)
    slope = np.diff(f(z)) / np.diff(z)
    assert slope.max() == pytest.approx(MAX_SLOPE[activation], abs=1e-6)


def test_bound_holds_for_a_real_product_of_jacobians():
    rng = np.random.default_rng(3)
    W, product = rng.normal(size=(6, 6)), np.eye(6)
    for k in range(1, 15):
        product = product @ (W * (1 - np.tanh(rng.normal(size=6)) ** 2))
        assert np.linalg.norm(product, 2) <= norm_bound(W, k, "tanh") * (1 + 1e-12)
    with pytest.raises(ValueError, match="activation: expected one of"):
        norm_bound(W, 1, "swish")

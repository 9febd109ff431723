"""Chapter 04: right answers that share no line with the solution, and the wrong ones that readers have tried."""

import math

import numpy as np
import pytest
import torch

from helpers.cells import LSTMParams, sigmoid
from helpers.checks import ch04 as check
from helpers.sequence import lstm


def by_bisection(n):
    low, high = -10.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + math.exp(-middle))) ** n < 0.5 else (low, middle)
    return low


@pytest.mark.parametrize("answer", [
    by_bisection,
    lambda n: -math.log(2 ** (1 / n) - 1),
    lambda n: -math.log(math.expm1(math.log(2) / n)),
    lambda n: -torch.log(2 ** (1 / torch.tensor(float(n))) - 1),
    lambda n: np.float32(-np.log(2 ** (1 / n) - 1)),
    lambda n: np.array([-np.log(2 ** (1 / n) - 1)]),
    lambda n: torch.logit(torch.tensor(0.5, dtype=torch.float64) ** (1 / n)),
])
def test_biases_that_are_right(answer):
    assert check.bias_for_half_life(answer), check.bias_for_half_life(answer)


@pytest.mark.parametrize("answer", [
    4.3, lambda n: 4.3, lambda n: math.log(n / 0.69), lambda n: n, lambda n: math.inf, lambda n: math.nan,
    lambda n: None if n > 5 else -math.log(2 ** (1 / n) - 1), lambda n: "2.0" + "x", lambda: 1,
    math.log, [1, 2, 3, 4, 5],
])  # fmt: skip
def test_biases_that_are_wrong(answer):
    assert check.bias_for_half_life(answer).state == "wrong"


@pytest.mark.parametrize(("answer", "says"), [
    (lambda n: print(), "The bias should not be None"), (lambda n: [1.0, 2.0], "The bias should have shape ()"),
    (lambda n: 1j, "The bias should be real"), (lambda n: "2", "The bias should be numbers"), (lambda n: ..., "dots"),
    (lambda n: math.inf, "The bias is infinite"), (lambda n: (v for v in [1.0]), "of type generator"),
])
def test_a_bias_that_is_no_number_is_told_so(answer, says):
    said = check.bias_for_half_life(answer).message
    assert says in said and "raised" not in said


def in_torch(params, x, h, c):
    W_x, W_h, b = (torch.tensor(a) for a in (params.W_x, params.W_h, params.b))
    i, _, g, o = (torch.tensor(x) @ W_x + torch.tensor(h) @ W_h + b).chunk(4, dim=-1)
    c = torch.tensor(c) + torch.sigmoid(i) * torch.tanh(g)
    return torch.sigmoid(o) * torch.tanh(c), c


def in_single(params, x, h, c):
    single = params._replace(**{name: getattr(params, name).astype(np.float32) for name in ("W_x", "W_h", "b")})
    return in_torch(single, *(a.astype(np.float32) for a in (x, h, c)))


def unit_by_unit(params, x, h, c):
    H = params.W_h.shape[0]
    new_h, new_c = np.zeros(c.shape).tolist(), np.zeros(c.shape).tolist()
    for row in range(len(x)):
        for k in range(H):
            a = [x[row] @ params.W_x[:, k + q * H] + h[row] @ params.W_h[:, k + q * H] + params.b[k + q * H]
                 for q in (0, 2, 3)]
            new_c[row][k] = c[row, k] + np.tanh(a[1]) / (1 + np.exp(-a[0]))
            new_h[row][k] = np.tanh(new_c[row][k]) / (1 + np.exp(-a[2]))
    return new_h, new_c


def by_slices(params, x, h, c):
    H = params.b.size // 4
    a = np.concatenate([x, h], axis=1) @ np.concatenate([params.W_x, params.W_h]) + params.b
    c += sigmoid(a[:, :H]) * np.tanh(a[:, 2 * H : 3 * H])
    return [sigmoid(a[:, 3 * H :]) * np.tanh(c), c]


@pytest.mark.parametrize("answer", [in_torch, in_single, unit_by_unit, by_slices,
                                    lambda *given: np.stack(in_torch(*given))])  # fmt: skip
def test_steps_that_are_right(answer):
    assert check.step_1997(answer), check.step_1997(answer)


@pytest.mark.parametrize(("answer", "says"), [
    (lambda p, x, h, c: in_torch(p._replace(b=0 * p.b), x, h, c), "bias is missing"),
    (lambda p, x, h, c: in_torch(p._replace(b=2 * p.b), x, h, c), "added twice"),
    (lambda p, x, h, c: in_torch(p, x, h, c)[::-1], "changed places"),
    (lambda p, x, h, c: in_torch(p, x, h, c)[0], "2 things"),
    (lambda p, x, h, c: (h, c), "The new hidden state h differs"),
    (lambda p, x, h, c: (in_torch(p, x, h, c)[0], c), "The new cell c differs"),
    (lambda p, x, h, c: in_torch(p, x, 0 * h, c), "h @ W_h is missing"),
    (lambda p, x, h, c: in_torch(p, x, h, 0 * c), "differs"),
    (lambda p, x, h, c: in_torch(p, x, h, c) + (1,), "2 things"),
    (lambda p, x, h, c: [[1, 2], [3]], "shape"),
])
def test_steps_that_are_wrong_hear_how(answer, says):
    verdict = check.step_1997(answer)
    assert verdict.state == "wrong" and says in verdict.message


def peepholes_by_autograd(dc, c_prev, i, f, g, p_i, p_f):
    """The same step in torch, its sums chosen so that gates and candidate are those given."""
    c_prev, p_i, p_f, i, f, g = map(torch.tensor, (c_prev, p_i, p_f, i, f, g))
    c = c_prev.clone().requires_grad_()
    a_i, a_f = torch.logit(i) - p_i * c_prev, torch.logit(f) - p_f * c_prev
    (torch.sigmoid(a_f + p_f * c) * c + torch.sigmoid(a_i + p_i * c) * g).backward(torch.tensor(dc))
    return c.grad


def peepholes_in_single(*given):
    dc, c_prev, i, f, g, p_i, p_f = (a.astype(np.float32) for a in given)
    return dc * (f + g * p_i * (i - i**2) + c_prev * p_f * (f - f**2))


def peepholes_row_by_row(dc, c_prev, i, f, g, p_i, p_f):
    return [[dc[b][k] * (f[b][k] + g[b][k] * i[b][k] * (1 - i[b][k]) * p_i[k]
                         + c_prev[b][k] * f[b][k] * (1 - f[b][k]) * p_f[k]) for k in range(len(p_i))]
            for b in range(len(dc))]


@pytest.mark.parametrize("answer", [peepholes_by_autograd, peepholes_in_single, peepholes_row_by_row])
def test_ways_back_through_peepholes_that_are_right(answer):
    assert check.back_through_peepholes(answer), check.back_through_peepholes(answer)


@pytest.mark.parametrize("answer", [
    lambda dc, *_: dc, lambda dc, c, i, f, g, p, q: dc * f * (1 + p + q), lambda *given: given[1],
    lambda dc, c, i, f, g, p, q: -peepholes_in_single(dc, c, i, f, g, p, q),
    lambda dc, c, i, f, g, p, q: peepholes_in_single(dc[:1], c[:1], i[:1], f[:1], g[:1], p, q),
    lambda dc, c, i, f, g, p, q: peepholes_in_single(dc, c, 1 - i, 1 - f, g, p, q),
    lambda dc, c, i, f, g, p, q: np.full_like(dc, np.nan),
])  # fmt: skip
def test_ways_back_through_peepholes_that_are_wrong(answer):
    assert check.back_through_peepholes(answer).state == "wrong"


def test_the_converted_weights_run_as_the_operator_does():
    rng = np.random.default_rng(3)
    W, R, B = rng.normal(size=(16, 3)), rng.normal(size=(16, 4)), rng.normal(size=32)
    x = rng.normal(size=(7, 2, 3))
    np.testing.assert_allclose(lstm(check.from_onnx.solution(W, R, B), x).h, onnx_operator(W, R, B, x), atol=1e-12)


def onnx_operator(W, R, B, x):
    """What onnx's own evaluator gives for one direction."""
    onnx = pytest.importorskip("onnx")
    from onnx.reference import ReferenceEvaluator

    node = onnx.helper.make_node("LSTM", ["X", "W", "R", "B"], ["Y"], hidden_size=R.shape[1])
    inputs = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.DOUBLE, None) for name in "XWRB"]
    output = onnx.helper.make_tensor_value_info("Y", onnx.TensorProto.DOUBLE, None)
    model = onnx.helper.make_model(onnx.helper.make_graph([node], "one", inputs, [output]))
    given = {"X": x, "W": W[None], "R": R[None], "B": B[None]}
    return ReferenceEvaluator(model).run(None, given)[0][:, 0]


def by_indices(W, R, B):
    H = R.shape[1]
    order = np.r_[:H, 2 * H : 3 * H, 3 * H : 4 * H, H : 2 * H]
    return LSTMParams(W[order].T, R[order].T, (B[: 4 * H] + B[4 * H :])[order])


@pytest.mark.parametrize("answer", [by_indices, lambda *w: tuple(by_indices(*w))[:3],
                                    lambda *w: [torch.tensor(part) for part in by_indices(*w)[:3]],
                                    lambda *w: [part.tolist() for part in by_indices(*w)[:3]]])  # fmt: skip
def test_ports_that_are_right(answer):
    assert check.from_onnx(answer), check.from_onnx(answer)


@pytest.mark.parametrize("answer", [
    lambda W, R, B: by_indices(W, R, -B), lambda W, R, B: by_indices(W, R, 0 * B), lambda W, R, B: by_indices(-W, R, B),
    lambda W, R, B: by_indices(W, R, B)[:2], lambda W, R, B: (W, R, B), lambda W, R, B: by_indices(W[::-1], R, B),
    lambda W, R, B: by_indices(W, R, B)._replace(W_x=by_indices(W, R, B).W_x.T),
])  # fmt: skip
def test_ports_that_are_wrong(answer):
    assert check.from_onnx(answer).state == "wrong"


def by_state_dict(module, value):
    H, state = module.hidden_size, module.state_dict()
    for name in state:
        if name.startswith("bias"):
            state[name][H : 2 * H] = value / 2
    module.load_state_dict(state)


def by_data(module, value):
    for layer in module.all_weights:
        for parameter in layer[2:]:
            parameter.data[module.hidden_size : 2 * module.hidden_size] = 0
        layer[2].data[module.hidden_size : 2 * module.hidden_size] += value


def by_fill(module, value):
    for name, parameter in module.named_parameters():
        rows = parameter.detach()[module.hidden_size : 2 * module.hidden_size]
        if "bias_ih" in name:
            torch.nn.init.constant_(rows, value)
        elif "bias_hh" in name:
            torch.nn.init.zeros_(rows)


def by_difference(module, value):
    rows = slice(module.hidden_size, 2 * module.hidden_size)
    named = dict(module.named_parameters())
    for name in named:
        if name.startswith("bias_ih"):
            named[name].data[rows] = value - named[name.replace("_ih", "_hh")].data[rows]


def and_returns_it(module, value):
    by_fill(module, value)
    return module


@pytest.mark.parametrize("answer", [by_state_dict, by_data, by_fill, by_difference, and_returns_it])
def test_ways_to_set_the_bias(answer):
    assert check.set_forget_bias(answer), check.set_forget_bias(answer)


def hard_coded(module, value):
    by_fill(module, 2.5)


def rows_of_one_module(module, value):
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if name.startswith("bias"):
                parameter[4:8] = value if "_ih" in name else 0


def weights_too(module, value):
    by_fill(module, value)
    module.weight_hh_l0.data += 1


def rows_and_value_of_one_module(module, value):
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            if name.startswith("bias"):
                parameter[4:8] = 2.5


@pytest.mark.parametrize(("answer", "says"), [
    (hard_coded, "One value stands in your code"), (rows_of_one_module, "Rows 4 to 8"),
    (rows_and_value_of_one_module, "Rows and value fit one module only"), (weights_too, "weight_hh_l0"),
    (lambda m, v: m, "bias_l0"), (lambda m, v: v * m.l, "raised"),
])
def test_ways_that_do_not_set_the_bias(answer, says):
    verdict = check.set_forget_bias(answer)
    assert verdict.state == "wrong" and says in verdict.message


def test_what_is_wrong_afterwards_is_the_modules():
    assert check.set_forget_bias(lambda m, v: m.double()).message.startswith("bias_l0 of the module afterwards differs")


def test_setting_a_bias_leaves_torchs_random_numbers_alone():
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    check.set_forget_bias(by_fill)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(("exercise", "right", "wrong"), [
    ("smallest_bias", [4.3, "4.3", "4,3", np.float64(4.3), torch.tensor(4.3)], [4.25, 4.2, 4.4, 4.27, 5, "4.31"]),
    ("baseline", ["1/6", 1 / 6, "0.167", "0.17", "16.7 %", np.float32(1 / 6)], ["1/12", 0.33, 0.2, 0.1, 0, 1, "1/3"]),
    ("parameters", [200, "200", 200.0, np.int64(200), "2e2"], [180, 160, 50, 150, 120, 100, 20, "200.5"]),
    ("endless_stream", [5, "5 strings", 5.0, np.int64(5)], [4, 6, 2.5, 0, 3, 10, "5.5"]),
    ("one_percent", [7, "7 steps", 7.0, np.int64(7), torch.tensor(7)], [6, 8, 6.6, 50, -7, 0, "6.64"]),
])
def test_numbers(exercise, right, wrong):
    for given in right:
        assert getattr(check, exercise)(given), given
    for given in wrong:
        assert getattr(check, exercise)(given).state == "wrong", given


@pytest.mark.parametrize("given", [{"forget_bias": 6.0, "gain": 0.5}, {"gain": 0.0}, {"forget_bias": 100.0}, 3, "x"])
def test_controls_that_do_not_explode(given):
    assert check.explode(given).state == "wrong"

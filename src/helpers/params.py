"""Parameters: initialisers, forget-gate biases, and conversion from and to torch.nn layouts.

Every draw takes a seed and gives float64 NumPy arrays; nothing here touches a global random state.
"""

import math

import numpy as np
from array_api_compat import array_namespace

from ._validate import (
    LARGEST,
    as_floats,
    as_params,
    expect_choice,
    expect_counts,
    expect_finite,
    expect_finite_numbers,
    expect_flags,
    expect_number,
    expect_shape,
    namespace,
)
from .cells import GRUParams, LSTMParams, MinGRUParams, MinLSTMParams, RNNParams
from .kinds import kind_of, kind_of_module

__all__ = [
    "chrono_biases",
    "from_torch",
    "gru_params",
    "identity",
    "lstm_params",
    "mingru_params",
    "minlstm_params",
    "normal",
    "orthogonal",
    "rnn_params",
    "to_torch",
    "uniform",
    "with_chrono",
    "with_forget_bias",
]


def normal(shape, scale=1.0, seed=0):
    """Independent normal numbers of standard deviation `scale`; scale g/sqrt(H) gives a spectral radius of about g.

    `seed`, here and in every function of this module: a whole number from 0, or a numpy SeedSequence or Generator.
    Raises ValueError for sizes or a seed that are no whole numbers, TypeError or ValueError for a scale that is no
    finite number.
    """
    expect_finite_numbers(scale=scale)
    return float(scale) * _generator(seed).standard_normal(_sizes(shape))


def uniform(shape, limit=1.0, seed=0):
    """Independent uniform numbers in [-limit, limit); torch.nn starts every recurrent module with limit 1/sqrt(H).

    Raises TypeError and ValueError as `normal`, and ValueError for a limit below 0.
    """
    expect_number("limit", limit, low=0.0, high=LARGEST / 4)
    return _generator(seed).uniform(-float(limit), float(limit), _sizes(shape))


def orthogonal(n, gain=1.0, seed=0):
    """`gain` times a random orthogonal (n, n) matrix: every singular value is `gain` (Saxe et al. 2014).

    QR of a normal matrix, with the signs of R's diagonal moved to Q so that the draw is uniform (Mezzadri 2007).
    Raises TypeError and ValueError as `normal`.

    >>> Q = orthogonal(3)
    >>> bool(np.allclose(Q @ Q.T, np.eye(3)))
    True
    """
    expect_counts(n=n)
    expect_finite_numbers(gain=gain)
    q, r = np.linalg.qr(normal((n, n), seed=seed))
    return float(gain) * q * np.sign(np.diag(r))


def identity(n, scale=1.0):
    """`scale` times the (n, n) identity: the start of the IRNN (Le, Jaitly & Hinton 2015); raises as `normal`."""
    expect_counts(n=n)
    expect_finite_numbers(scale=scale)
    return float(scale) * np.eye(n)


def _sizes(shape):
    sizes = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    expect_counts(0, **{f"shape[{k}]": size for k, size in enumerate(sizes)})
    return sizes


def _generator(seed):
    if not isinstance(seed, (np.random.SeedSequence, np.random.Generator)):
        expect_counts(0, 2**63 - 1, seed=seed)
    return np.random.default_rng(seed)


def rnn_params(D, H, seed=0, recurrent="orthogonal", gain=1.0):
    """RNNParams with D inputs and H hidden units: W_x uniform within 1/sqrt(H), b zero, W_h as `recurrent` says.

    `recurrent`: "orthogonal" or "identity" (every singular value is `gain`), "normal" (spectral radius about `gain`),
    "uniform" (within gain/sqrt(H), torch's own start; torch draws its biases in the same way). Raises ValueError for
    any other, or for sizes or a seed that are no whole numbers, TypeError or ValueError for a gain that is not finite.

    >>> rnn_params(3, 5, seed=0, recurrent="identity", gain=0.9).W_h[0, :2].tolist()
    [0.9, 0.0]
    """
    input_seed, recurrent_seed = _sizes_and_seeds(D, H, seed)
    expect_finite_numbers(gain=gain)
    gain = float(gain)
    known = {
        "orthogonal": lambda: orthogonal(H, gain, recurrent_seed),
        "normal": lambda: normal((H, H), gain / math.sqrt(H), recurrent_seed),
        "identity": lambda: identity(H, gain),
        "uniform": lambda: uniform((H, H), gain / math.sqrt(H), recurrent_seed),
    }
    expect_choice("recurrent", recurrent, known)
    return RNNParams(uniform((D, H), 1 / math.sqrt(H), input_seed), known[recurrent](), np.zeros(H))


def lstm_params(D, H, seed=0, forget_bias=1.0):
    """LSTMParams with D inputs and H hidden units: weights uniform within 1/sqrt(H), as torch; biases zero but b_f.

    `forget_bias` 1 is the advice of Jozefowicz et al. 2015; torch's two biases leave it near zero. Raises ValueError
    for sizes or a seed that are no whole numbers, TypeError and ValueError as `with_forget_bias`.

    >>> lstm_params(3, 2, seed=0).b.tolist()
    [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    """
    input_seed, recurrent_seed = _sizes_and_seeds(D, H, seed)
    W_x = uniform((D, 4 * H), 1 / math.sqrt(H), input_seed)
    W_h = uniform((H, 4 * H), 1 / math.sqrt(H), recurrent_seed)
    return _with_biases(LSTMParams(W_x, W_h, np.zeros(4 * H)), "forget_bias", {"f": forget_bias})


def gru_params(D, H, seed=0):
    """GRUParams with D inputs and H hidden units: weights uniform within 1/sqrt(H), as torch; both biases zero.

    Raises ValueError for sizes or a seed that are no whole numbers.
    """
    input_seed, recurrent_seed = _sizes_and_seeds(D, H, seed)
    W_x = uniform((D, 3 * H), 1 / math.sqrt(H), input_seed)
    W_h = uniform((H, 3 * H), 1 / math.sqrt(H), recurrent_seed)
    return GRUParams(W_x, W_h, np.zeros(3 * H), np.zeros(3 * H))


def mingru_params(D, H, seed=0):
    """MinGRUParams with D inputs and H hidden units: weights uniform within 1/sqrt(H), biases zero.

    Raises as `gru_params`.

    >>> mingru_params(3, 5, seed=0).W_x.shape
    (3, 10)
    """
    input_seed, _ = _sizes_and_seeds(D, H, seed)
    return MinGRUParams(uniform((D, 2 * H), 1 / math.sqrt(H), input_seed), np.zeros(2 * H))


def minlstm_params(D, H, seed=0):
    """MinLSTMParams with D inputs and H hidden units: weights uniform within 1/sqrt(H), biases zero.

    Raises as `gru_params`.

    >>> minlstm_params(3, 5, seed=0).W_x.shape
    (3, 15)
    """
    input_seed, _ = _sizes_and_seeds(D, H, seed)
    return MinLSTMParams(uniform((D, 3 * H), 1 / math.sqrt(H), input_seed), np.zeros(3 * H))


def _sizes_and_seeds(D, H, seed):
    """Two independent seeds, one for each matrix: a common one would make W_x and W_h share their numbers."""
    expect_counts(D=D, H=H)
    expect_counts(0, 2**63 - 1, seed=seed)
    return np.random.SeedSequence(seed).spawn(2)


def with_forget_bias(params, value):
    """`params` of an LSTM with its forget-gate bias b_f (H,) set to `value`, a number or an array (0-d or (H,)).

    Array API, so that a live figure can call it with its slider; dtype and library are those of `params`. Raises
    TypeError if `params` is no LSTM's or `value` no number, ValueError for a shape that does not fit, NaN or infinity.

    >>> with_forget_bias(lstm_params(1, 1), 3.0).b.tolist()
    [0.0, 3.0, 0.0, 0.0]
    """
    if not isinstance(params, LSTMParams):
        raise TypeError(f"params: expected LSTMParams, the cell with a forget gate; got {type(params).__name__}")
    return _with_biases(params, "value", {"f": value})


def _with_biases(params, name, biases):
    """`params` with the biases of these gates set, each a number or an array (0-d or (H,)), in the dtype of b."""
    params, _, H = as_params(params, type(params))
    xp, b = namespace(**params._asdict()), params.b
    blocks = {gate: b[k * H : (k + 1) * H] for k, gate in enumerate(params.BLOCKS)}
    for gate, value in biases.items():
        value = to_numpy(name, value) if hasattr(value, "detach") and not hasattr(b, "detach") else value
        value = as_floats(name, value)
        if value.ndim:
            expect_shape(name, value, (H,))
        expect_finite(**{name: value})
        blocks[gate] = xp.zeros_like(blocks[gate]) + xp.astype(xp.asarray(value), b.dtype)
    return params._replace(b=xp.concat(list(blocks.values()), axis=0))


def chrono_biases(H, t_max, seed=0):
    """Biases (H,) that keep memories for 1 to t_max steps: log(u), u uniform in [1, t_max - 1).

    A gate at sigmoid(log(u)) = u / (1 + u) forgets over about 1 + u steps. `t_max` may be a 0-d array, traced too.
    Raises TypeError for a t_max that is no number, ValueError for one below 2 or infinite, an H below 1, or a seed that
    is none. Source: Tallec & Ollivier, "Can recurrent neural networks warp time?", 2018.

    >>> bool(np.all(np.exp(chrono_biases(100, 30)) <= 29))
    True
    """
    expect_counts(H=H)
    expect_number("t_max", t_max, low=2, high=LARGEST)
    share = _generator(seed).uniform(size=H)
    xp = array_namespace(t_max) if hasattr(t_max, "shape") else np
    return xp.log(1 + (t_max - 2) * xp.asarray(share))


def with_chrono(params, t_max, seed=0):
    """`params` with chrono biases for memories of up to t_max steps: LSTM b_f = v, b_i = -v; GRU and minGRU b_z = v.

    v = chrono_biases(H, t_max, seed), in the dtype of `params`. Here z keeps (h_t = (1-z) n + z h), so that v enters
    with a plus; the paper, whose update gate overwrites, has a minus. Array API. Raises TypeError for
    `params` of a cell without gates, TypeError and ValueError as `chrono_biases`.

    >>> b = with_chrono(lstm_params(1, 1), t_max=30).b
    >>> bool(b[1] >= 0), bool(b[0] == -b[1])
    (True, True)
    """
    signs = kind_of(params).chrono
    if not signs:
        raise TypeError(f"params: expected those of a cell with gates, an LSTM or a GRU; got {type(params).__name__}")
    _, _, H = as_params(params, type(params))
    v = chrono_biases(H, t_max, seed)
    return _with_biases(params, "t_max", {gate: sign * v for gate, sign in signs.items()})


def from_torch(module, layer=0, reverse=False):
    """The parameters of one layer and direction of a torch.nn.RNN, LSTM or GRU, as NumPy arrays.

    torch stores (gates * hidden, input): transposed here; its two biases are added, but kept apart for the GRU, where
    the recurrent one stands inside the reset. bfloat16 and float16 become float32. Raises TypeError for another module,
    ValueError for a missing layer or direction, projections (proj_size), or weights on the device meta.

    >>> import torch
    >>> from_torch(torch.nn.LSTM(3, 5, num_layers=2), layer=1).W_x.shape
    (5, 20)
    """
    kind = kind_of_module(module)
    expect_counts(0, layer=layer)
    expect_flags(reverse=reverse)
    suffix = f"_l{layer}" + ("_reverse" if reverse else "")
    if not hasattr(module, f"weight_ih{suffix}"):
        has = f"{module.num_layers} layers, {2 if module.bidirectional else 1} directions"
        raise ValueError(f"module: expected one with layer {layer}, reverse={reverse}; got one of {has}")
    part = lambda name: to_numpy("module", getattr(module, name + suffix))  # noqa: E731
    W_x, W_h = part("weight_ih").T.copy(), part("weight_hh").T.copy()
    zero = np.zeros(W_x.shape[1], W_x.dtype)
    b, b_h = (part("bias_ih"), part("bias_hh")) if module.bias else (zero, zero.copy())
    return kind.params(W_x, W_h, *((b, b_h) if "b_h" in kind.params._fields else (b + b_h,)))


def to_numpy(name, tensor):
    """A NumPy copy of a torch tensor, in float32 at least; ValueError on the device meta, where there are no values."""
    namespace(**{name: tensor})
    tensor = tensor.detach().cpu()
    return (tensor.float() if tensor.is_floating_point() and tensor.itemsize < 4 else tensor).numpy().copy()


def to_torch(params, activation="tanh"):
    """A one-layer float64 torch.nn.RNN, LSTM or GRU with these parameters; bias_hh is b_h for the GRU, else zero.

    Raises TypeError for anything but parameters, ValueError for shapes that do not fit, NaN, infinity, and for what
    torch.nn lacks: peepholes, or an RNN activation other than "tanh" and "relu".

    >>> to_torch(gru_params(3, 5, seed=0))
    GRU(3, 5)
    """
    import torch

    kind = kind_of(params)
    if kind.torch is None:
        raise TypeError(f"params: expected those of a cell that torch.nn has, got {type(params).__name__}")
    params, D, H = as_params(params, kind.params)
    if getattr(params, "peephole", None) is not None:
        raise ValueError("params: expected peephole None, got peepholes, which torch.nn.LSTM does not have")
    if kind.options:
        expect_choice("activation", activation, ("tanh", "relu"))
    options = dict.fromkeys(kind.options.values(), activation)
    module = getattr(torch.nn, kind.torch)(D, H, dtype=torch.float64, **options)
    b_h = getattr(params, "b_h", None)
    values = {"weight_ih_l0": params.W_x.T, "weight_hh_l0": params.W_h.T, "bias_ih_l0": params.b,
              "bias_hh_l0": 0 * params.b if b_h is None else b_h}
    with torch.no_grad():
        for name, value in values.items():
            value = value if isinstance(value, torch.Tensor) else torch.as_tensor(np.ascontiguousarray(value))
            getattr(module, name).copy_(value)
    return module

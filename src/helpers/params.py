"""Parameters: initialisers, forget-gate biases, and conversion from and to torch.nn layouts.

Every draw takes a seed and gives float64 NumPy arrays; nothing here touches a global random state.
"""

import math

import numpy as np
from array_api_compat import array_namespace

from ._validate import expect_params
from .cells import GRUParams, LSTMParams, RNNParams

__all__ = [
    "chrono_biases",
    "from_torch",
    "gru_params",
    "identity",
    "lstm_params",
    "normal",
    "orthogonal",
    "rnn_params",
    "to_torch",
    "uniform",
    "with_chrono",
    "with_forget_bias",
]


def normal(shape, scale=1.0, seed=0):
    """Independent normal numbers of standard deviation `scale`; scale g/sqrt(H) gives a spectral radius of about g."""
    return scale * np.random.default_rng(seed).standard_normal(shape)


def uniform(shape, limit=1.0, seed=0):
    """Independent uniform numbers in [-limit, limit); torch.nn starts every recurrent module with limit 1/sqrt(H)."""
    return np.random.default_rng(seed).uniform(-limit, limit, shape)


def orthogonal(n, gain=1.0, seed=0):
    """`gain` times a random orthogonal (n, n) matrix: every singular value is `gain` (Saxe et al. 2014).

    QR of a normal matrix, with the signs of R's diagonal moved to Q so that the draw is uniform (Mezzadri 2007).

    >>> Q = orthogonal(3)
    >>> bool(np.allclose(Q @ Q.T, np.eye(3)))
    True
    """
    q, r = np.linalg.qr(normal((n, n), seed=seed))
    return gain * q * np.sign(np.diag(r))


def identity(n, scale=1.0):
    """`scale` times the (n, n) identity: the start of the IRNN (Le, Jaitly & Hinton 2015)."""
    return scale * np.eye(n)


def rnn_params(D, H, seed=0, recurrent="orthogonal", gain=1.0):
    """RNNParams with D inputs and H hidden units: W_x uniform within 1/sqrt(H), b zero, W_h as `recurrent` says.

    `recurrent`: "orthogonal" or "identity" (every singular value is `gain`), "normal" (spectral radius about `gain`),
    "uniform" (within gain/sqrt(H), torch's own start; torch draws its biases in the same way). Raises ValueError for
    any other.

    >>> rnn_params(3, 5, seed=0, recurrent="identity", gain=0.9).W_h[0, :2].tolist()
    [0.9, 0.0]
    """
    input_seed, recurrent_seed = _sizes_and_seeds(D, H, seed)
    known = {
        "orthogonal": lambda: orthogonal(H, gain, recurrent_seed),
        "normal": lambda: normal((H, H), gain / math.sqrt(H), recurrent_seed),
        "identity": lambda: identity(H, gain),
        "uniform": lambda: uniform((H, H), gain / math.sqrt(H), recurrent_seed),
    }
    if recurrent not in known:
        raise ValueError(f"recurrent: expected one of {', '.join(known)}; got {recurrent!r}")
    return RNNParams(uniform((D, H), 1 / math.sqrt(H), input_seed), known[recurrent](), np.zeros(H))


def lstm_params(D, H, seed=0, forget_bias=1.0):
    """LSTMParams with D inputs and H hidden units: weights uniform within 1/sqrt(H), as torch; biases zero but b_f.

    `forget_bias` 1 is the advice of Jozefowicz et al. 2015; torch's two biases leave it near zero.

    >>> lstm_params(3, 2, seed=0).b.tolist()
    [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    """
    input_seed, recurrent_seed = _sizes_and_seeds(D, H, seed)
    W_x = uniform((D, 4 * H), 1 / math.sqrt(H), input_seed)
    W_h = uniform((H, 4 * H), 1 / math.sqrt(H), recurrent_seed)
    return with_forget_bias(LSTMParams(W_x, W_h, np.zeros(4 * H)), forget_bias)


def gru_params(D, H, seed=0):
    """GRUParams with D inputs and H hidden units: weights uniform within 1/sqrt(H), as torch; both biases zero."""
    input_seed, recurrent_seed = _sizes_and_seeds(D, H, seed)
    W_x = uniform((D, 3 * H), 1 / math.sqrt(H), input_seed)
    W_h = uniform((H, 3 * H), 1 / math.sqrt(H), recurrent_seed)
    return GRUParams(W_x, W_h, np.zeros(3 * H), np.zeros(3 * H))


def _sizes_and_seeds(D, H, seed):
    """Two independent seeds, one for each matrix: a common one would make W_x and W_h share their numbers."""
    for name, size in (("D", D), ("H", H)):
        if not isinstance(size, (int, np.integer)) or size < 1:
            raise ValueError(f"{name}: expected a whole number of at least 1, got {size!r}")
    return np.random.SeedSequence(seed).spawn(2)


def with_forget_bias(params, value):
    """`params` of an LSTM with its forget-gate bias b_f (H,) set to `value`, a number or an array (0-d or (H,)).

    Array API, so that a live figure can call it with its slider. Raises ValueError if `params` is no LSTM.

    >>> with_forget_bias(lstm_params(1, 1), 3.0).b.tolist()
    [0.0, 3.0, 0.0, 0.0]
    """
    if not isinstance(params, LSTMParams):
        raise ValueError(f"params: expected LSTMParams, the cell with a forget gate; got {type(params).__name__}")
    _, H = expect_params(params, 4)
    xp = array_namespace(params.b)
    forget = xp.zeros_like(params.b[:H]) + value
    return params._replace(b=xp.concat([params.b[:H], forget, params.b[2 * H :]], axis=0))


def chrono_biases(H, t_max, seed=0):
    """Biases (H,) that keep memories for 1 to t_max steps: log(u), u uniform in [1, t_max - 1).

    A gate at sigmoid(log(u)) = u / (1 + u) forgets over about 1 + u steps. `t_max` may be a 0-d array, traced too.
    Raises ValueError for a t_max below 2. Source: Tallec & Ollivier, "Can recurrent neural networks warp time?", 2018.

    >>> bool(np.all(np.exp(chrono_biases(100, 30)) <= 29))
    True
    """
    if isinstance(t_max, (int, float, np.generic, np.ndarray)) and t_max < 2:
        raise ValueError(f"t_max: expected at least 2 steps, got {t_max!r}")
    share = np.random.default_rng(seed).uniform(size=H)
    xp = array_namespace(t_max) if hasattr(t_max, "shape") else np
    return xp.log(1 + (t_max - 2) * xp.asarray(share))


def with_chrono(params, t_max, seed=0):
    """`params` with chrono biases for memories of up to t_max steps: LSTM b_f = v, b_i = -v; GRU b_z = v.

    v = chrono_biases(H, t_max, seed). Here z keeps (h_t = (1-z) n + z h), so that v enters with a plus; the paper,
    whose update gate overwrites, has a minus. Array API. Raises ValueError if `params` is neither an LSTM nor a GRU.

    >>> b = with_chrono(lstm_params(1, 1), t_max=30).b
    >>> bool(b[1] >= 0), bool(b[0] == -b[1])
    (True, True)
    """
    xp = array_namespace(params.b)
    H = params.W_h.shape[0]
    v = chrono_biases(H, t_max, seed)
    v = xp.zeros_like(params.b[:H]) + xp.asarray(v)
    if isinstance(params, LSTMParams):
        return params._replace(b=xp.concat([-v, v, params.b[2 * H :]], axis=0))
    if isinstance(params, GRUParams):
        return params._replace(b=xp.concat([params.b[:H], v, params.b[2 * H :]], axis=0))
    raise ValueError(f"params: expected LSTMParams or GRUParams, a cell with gates; got {type(params).__name__}")


def from_torch(module, layer=0, reverse=False):
    """The parameters of one layer and direction of a torch.nn.RNN, LSTM or GRU, as NumPy arrays.

    torch stores (gates * hidden, input): transposed here; its two biases are added, but kept apart for the GRU, where
    the recurrent one stands inside the reset. Raises TypeError for another module, ValueError for a missing layer or
    direction, or for projections (proj_size).

    >>> import torch
    >>> from_torch(torch.nn.LSTM(3, 5, num_layers=2), layer=1).W_x.shape
    (5, 20)
    """
    import torch

    makers = {torch.nn.RNN: RNNParams, torch.nn.LSTM: LSTMParams, torch.nn.GRU: GRUParams}
    make = next((params for cls, params in makers.items() if isinstance(module, cls)), None)
    if make is None:
        raise TypeError(f"module: expected torch.nn.RNN, LSTM or GRU, got {type(module).__name__}")
    if module.proj_size:
        raise ValueError(f"module: expected proj_size 0, got {module.proj_size}; the cells here have no projection")
    suffix = f"_l{layer}" + ("_reverse" if reverse else "")
    if not hasattr(module, f"weight_ih{suffix}"):
        has = f"{module.num_layers} layers, {2 if module.bidirectional else 1} directions"
        raise ValueError(f"module: expected one with layer {layer}, reverse={reverse}; got one of {has}")
    part = lambda name: getattr(module, name + suffix).detach().cpu().numpy()  # noqa: E731
    W_x, W_h = part("weight_ih").T.copy(), part("weight_hh").T.copy()
    zero = np.zeros(W_x.shape[1], W_x.dtype)
    b, b_h = (part("bias_ih").copy(), part("bias_hh").copy()) if module.bias else (zero, zero.copy())
    return GRUParams(W_x, W_h, b, b_h) if make is GRUParams else make(W_x, W_h, b + b_h)


def to_torch(params, activation="tanh"):
    """A one-layer float64 torch.nn.RNN, LSTM or GRU with these parameters; bias_hh is b_h for the GRU, else zero.

    Raises ValueError for what torch.nn lacks: peepholes, or an RNN activation other than "tanh" and "relu"; TypeError
    for anything but parameters.

    >>> to_torch(gru_params(3, 5, seed=0))
    GRU(3, 5)
    """
    import torch

    known = {RNNParams: (1, torch.nn.RNN), LSTMParams: (4, torch.nn.LSTM), GRUParams: (3, torch.nn.GRU)}
    if type(params) not in known:
        raise TypeError(f"params: expected RNNParams, LSTMParams or GRUParams, got {type(params).__name__}")
    gates, cls = known[type(params)]
    D, H = expect_params(params, gates)
    if getattr(params, "peephole", None) is not None:
        raise ValueError("params: expected peephole None, got peepholes, which torch.nn.LSTM does not have")
    if isinstance(params, RNNParams) and activation not in ("tanh", "relu"):
        raise ValueError(f"activation: expected tanh or relu, the ones torch.nn.RNN has; got {activation!r}")
    extra = {"nonlinearity": activation} if isinstance(params, RNNParams) else {}
    module = cls(D, H, dtype=torch.float64, **extra)
    with torch.no_grad():
        module.weight_ih_l0.copy_(torch.as_tensor(params.W_x).T)
        module.weight_hh_l0.copy_(torch.as_tensor(params.W_h).T)
        module.bias_ih_l0.copy_(torch.as_tensor(params.b))
        module.bias_hh_l0.copy_(torch.as_tensor(params.b_h if isinstance(params, GRUParams) else 0 * params.b))
    return module

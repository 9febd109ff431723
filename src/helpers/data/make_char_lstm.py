"""Trains the character LSTMs of `helpers.char_lstm` on Python source: `python -m helpers.data.make_char_lstm [SIZE]`.

The text is most of the standard library of Python 3.11, whole modules, without those that `helpers.syntax` keeps for
choosing (valid) and for the end (test), without tests and without tables. Each of B streams reads on from window to
window with its state carried over, so that a unit can learn what lasts for longer than a window; the gradient is cut
between windows. Now and then a stream jumps, with a state of zeros, to another place where top-level code begins.
Writes char_lstm.npz (128 units) or char_lstm_small.npz (64) beside this file, a byte a weight, and `bits`, the loss in
bits a character on the test modules, so rounded. After each learning rate it saves the weights into the folder
STAGED, and goes on from there when it was broken off. Takes half an hour on one core, the small one five minutes.
"""

from __future__ import annotations

import argparse
import platform
import re
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .. import char_lstm, params, syntax, text, training
from .._in_bytes import to_bytes
from .make_syntax import PARTS

__all__ = ["ROWS", "SHORTER", "STAGES", "Net", "as_model", "modules", "shorter", "store", "train", "training_text"]

T, B = 128, 32
ROWS = 20  # streams that the held-out modules are read in, each from a state of zeros
# learning rate, steps
STAGES = {"large": ((8e-3, 12000), (4e-3, 8000), (2e-3, 6000), (1e-3, 5000), (5e-4, 4000), (2e-4, 2000)),
          "small": ((1e-2, 6000), (5e-3, 4000), (2e-3, 3000), (1e-3, 2000), (5e-4, 1500), (2e-4, 500))}
SHORTER = ((8e-3, 3000), (2e-3, 2000), (5e-4, 1000))
JUMPS = 0.02  # the share of windows before which a stream jumps
UNKNOWN_SHARE = 0.005  # of letters, read as the code for any other character, so that it is learned
LEFT_OUT = {"test", "tests", "idle_test", "site-packages", "encodings", "pydoc_data", "entities"}
STAGED = Path(tempfile.gettempdir()) / "char_lstm"
_BEGINS = re.compile(r"^(?=def |class |import |from |@)", re.MULTILINE)


class Net(nn.Module):
    """Scores (T, B, 96) of the next character: one-hot characters, an LSTM whose state is carried over, a linear layer.

    forward((codes (T, B), fresh (B,))): a stream that is fresh starts from zeros, the others where they ended.
    """

    def __init__(self, hidden: int, seed: int):
        super().__init__()
        torch.manual_seed(seed)
        self.recurrent = nn.LSTM(syntax.VOCABULARY, hidden)
        self.readout = nn.Linear(hidden, len(text.VOCABULARY))
        self.state = None
        with torch.no_grad():
            self.recurrent.bias_ih_l0[hidden:2 * hidden] = 1.0  # the forget gates begin open

    def forward(self, given: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
        codes, fresh = given
        kept = None if self.state is None else tuple(s * ~fresh[:, None] for s in self.state)
        h, state = self.recurrent(nn.functional.one_hot(codes, syntax.VOCABULARY).float(), kept)
        self.state = tuple(s.detach() for s in state)
        return self.readout(h)


def modules() -> Iterator[str]:
    """The names of the modules to train on, in order; raises RuntimeError on another Python than 3.11."""
    if sys.version_info[:2] != (3, 11):
        raise RuntimeError(f"the text is the library of Python 3.11; this is Python {platform.python_version()}")
    root, held_out = Path(sysconfig.get_path("stdlib")), {*PARTS["valid"], *PARTS["test"], *text.HELD_OUT}
    for file in sorted(root.rglob("*.py")):
        path = file.relative_to(root).with_suffix("")
        built = any(part.startswith(("_sysconfigdata", "config-", "test_")) for part in path.parts)
        if not built and LEFT_OUT.isdisjoint(path.parts) and ".".join(path.parts) not in held_out:
            yield ".".join(path.parts)


@cache
def training_text() -> str:
    """The modules to train on, one after the other; raises as `modules`."""
    return "".join(map(text.source, modules()))


def loss(scores: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """Mean cross-entropy (nats a character) of scores (T, B, 96) and the next characters (T, B)."""
    return nn.functional.cross_entropy(scores.flatten(0, 1), targets.flatten())


def batches(whole: str) -> Callable:
    """A `batch(rng)` for `training.fit`: B streams, each the next T characters, or those at the place it jumps to."""
    codes = torch.as_tensor(text.encode(whole))
    begins = torch.tensor([found.start() for found in _BEGINS.finditer(whole) if found.start() + T < len(whole)])
    letter = torch.tensor([c.isalpha() for c in text.VOCABULARY])
    at = torch.full((B,), len(codes))

    def batch(rng):
        nonlocal at
        fresh = (torch.rand(B, generator=rng) < JUMPS) | (at + T >= len(codes))
        at = torch.where(fresh, begins[torch.randint(len(begins), (B,), generator=rng)], at)
        where = at + torch.arange(T)[:, None]
        x, y, at = codes[where], codes[where + 1], at + T
        rare = letter[x] & (torch.rand(x.shape, generator=rng) < UNKNOWN_SHARE)
        return (torch.where(rare, syntax.UNKNOWN, x), fresh), y

    return batch


def train(size: str, seed: int = 0, stages: tuple | None = None, folder: Path | None = None) -> Net:
    """The network of this size, trained from this seed, which draws its weights and its batches.

    With `folder` the weights are saved there after each stage, and stages that it holds are not trained again.
    """
    net, batch, stages = Net(char_lstm.SIZES[size], seed), batches(training_text()), stages or STAGES[size]
    name = f"{size}-{seed}"
    for stage, (lr, steps) in enumerate(stages):
        name += f"-{lr:g}x{steps}"  # all that was done so far, so that another plan finds nothing
        saved = folder and folder / f"{name}.pt"
        if saved and saved.exists():
            net.load_state_dict(torch.load(saved))
            continue
        training.fit(net, batch, steps, loss=loss, lr=lr, seed=len(stages) * seed + stage, every=100,
                     label=f"{size}, seed {seed}, rate {lr:g}")
        if saved:
            folder.mkdir(parents=True, exist_ok=True)
            torch.save(net.state_dict(), saved)
    return net


def as_model(net: Net) -> char_lstm.CharLSTM:
    """The weights of a trained network by the names of the equations, as they are before rounding."""
    V, c = net.readout.weight.detach().numpy().T, net.readout.bias.detach().numpy()
    return char_lstm.CharLSTM(params.from_torch(net.recurrent), V, c, float("nan"))


def in_bytes(model: char_lstm.CharLSTM) -> dict[str, np.ndarray]:
    """The weights as they are stored: each array in whole steps of its own, which are a 127th of its largest weight."""
    weights = {"W_x": model.params.W_x, "W_h": model.params.W_h, "b": model.params.b, "V": model.V, "c": model.c}
    stored = {}
    for name, array in weights.items():
        packed = to_bytes({name: array})
        stored |= {name: packed[name], f"{name} step": np.array(packed["step"])}
    return stored


def shorter(seed: int) -> Net:
    """The larger network, trained from a seed with a sixth of the steps; broken off, it goes on as `train`."""
    return train("large", seed, SHORTER, STAGED)


def store(size: str, net: Net) -> None:
    """Round the weights of a trained network, measure what is left, and write both."""
    stored = in_bytes(as_model(net))
    model = char_lstm.unpacked(stored | {"bits": np.nan})
    codes = syntax.corpus().test.codes
    streams = codes[:len(codes) // ROWS * ROWS].reshape(ROWS, -1).T
    bits, path = char_lstm.bits(model, streams), Path(__file__).with_name(char_lstm.FILES[size])
    np.savez_compressed(path, **stored, bits=np.array(bits))
    print(f"{path.name}: {bits:.3f} bits a character on held-out modules, {path.stat().st_size / 1000:.0f} kB")


def main(arguments: list[str] | None = None) -> None:
    """Train the network of each size named on the command line, both without a name, and write its weights."""
    parser = argparse.ArgumentParser(prog="python -m helpers.data.make_char_lstm",
                                     description="Train the character LSTMs on Python source.")
    parser.add_argument("sizes", nargs="*", help=f"of {', '.join(STAGES)}; both without a name", metavar="SIZE")
    sizes = parser.parse_args(arguments).sizes
    if unknown := set(sizes) - set(STAGES):
        parser.error(f"there is no size {min(unknown)!r}; there are {', '.join(STAGES)}")
    torch.set_num_threads(1)
    for size in sizes or STAGES:
        store(size, train(size, folder=STAGED))


if __name__ == "__main__":
    main()

"""Trains the two networks that read dates: `python -m helpers.data.make_dates`.

One has attention, the other a fixed vector; they have nearly equal numbers of parameters (74,084 and 74,446), the same
texts, batches, optimiser and number of steps, each at the learning rate that the experiment `dates` found best for it
on validation, and are that experiment's seed 0. Writes date_readers.npz beside this file: the weights, a byte each, as
whole steps of one size a network, and the share of a sample of texts of unseen days that they still read right. Takes
about two minutes on one core.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from .. import dates, training
from .._in_bytes import to_bytes
from ..cells import GRUParams
from ..encoder_decoder import EncoderDecoderParams
from ..seq2seq import EncoderDecoder, as_module, as_params

PATH = Path(__file__).with_name("date_readers.npz")
NETS = {"attention": {"hidden": 40, "state": 56, "attention": 32}, "fixed vector": {"hidden": 42, "state": 58}}
STAGES = ((1.0, 0.6), (0.3, 0.25), (0.1, 0.15))  # shares of the learning rate, and of the steps it is kept for
RATES = {"attention": 0.024, "fixed vector": 0.012}  # the best of the experiment's for each, on validation
TEXTS, B, STEPS = 100_000, 64, 1000
GROUPED = 10  # batches that are drawn together, to be of one length each
UNKNOWN_SHARE = 0.005  # of letters, replaced while training by the code for any other character, so that it is learned


def tensors(texts: Sequence[dates.Dated]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Codes (S, B) with padding behind, lengths (B,) and what is to be written (T, B), its end included."""
    codes = [torch.as_tensor(dates.encode(dated.text)) for dated in texts]
    padded = torch.nn.utils.rnn.pad_sequence(codes, padding_value=dates.UNKNOWN + 1)
    written = torch.tensor([[dates.SYMBOLS.index(c) for c in dated.iso + "\n"] for dated in texts]).T
    return padded, torch.tensor([len(c) for c in codes]), written


def batches(texts: Sequence[dates.Dated]) -> Callable:
    """A `batch(rng)` for `training.fit`: B of the texts, of about one length, so that little of it is padding.

    GROUPED batches are drawn together, sorted by length and given in any order.
    """
    codes, lengths, written = tensors(texts)
    letter = torch.tensor([c.isalpha() for c in dates.ALPHABET] + [False, False])
    waiting = []

    def batch(rng):
        if not waiting:
            drawn = torch.randint(len(lengths), (GROUPED * B,), generator=rng)
            sorted_ = drawn[lengths[drawn].argsort(stable=True)].reshape(GROUPED, B)
            waiting.extend(sorted_[torch.randperm(GROUPED, generator=rng)])
        at = waiting.pop()
        x = codes[:lengths[at].max(), at]
        x = torch.where(letter[x] & (torch.rand(x.shape, generator=rng) < UNKNOWN_SHARE), dates.UNKNOWN, x)
        return (x, lengths[at], written[:, at]), written[:, at]

    return batch


def network(net: str, seed: int = 0) -> EncoderDecoder:
    """The untrained network of this name in NETS."""
    return EncoderDecoder(dates.UNKNOWN + 1, len(dates.SYMBOLS), **NETS[net], seed=seed)


def train(net: str, *, rate: float, seed: int, longest: int = dates.LONGEST, watch: Callable | None = None,
          every: int = 100) -> EncoderDecoder:
    """The network called `net` in NETS, trained with Adam at `rate`, lowered twice; `seed` draws the texts too.

    The texts have at most `longest` characters. watch(model) is called after every `every` steps of each stage, and at
    its end.
    """
    model = network(net, seed)
    batch = batches(dates.draw(TEXTS, np.random.default_rng(seed), longest=longest))
    seen = (lambda step, model, *_: watch(model)) if watch else None
    for stage, (share, kept) in enumerate(STAGES):
        training.fit(model, batch, round(kept * STEPS), loss=model.loss, lr=share * rate, every=every, callback=seen,
                     seed=len(STAGES) * seed + stage, label=f"{net}, rate {share * rate:g}")
    return model


def flat(weights: EncoderDecoderParams) -> dict[str, np.ndarray]:
    """Every array of a network, the weights of its three GRUs by names as `cell.W_x`."""
    arrays = {}
    for name, value in weights._asdict().items():
        parts = value._asdict().items() if isinstance(value, GRUParams) else [("", value)]
        arrays |= {".".join(filter(None, (name, field))): array for field, array in parts if array is not None}
    return arrays


def read(model: EncoderDecoder, texts: Sequence[dates.Dated]) -> list[str]:
    """What the network writes for each text, the likeliest symbol at each step."""
    codes, lengths, written = tensors(texts)
    return [dates.decode(column) for column in model.write(codes, lengths, len(written)).codes.T]


def accuracy(model: EncoderDecoder, texts: Sequence[dates.Dated]) -> float:
    """The share of the texts that are read right, character for character."""
    return float(np.mean([said == dated.iso for said, dated in zip(read(model, texts), texts, strict=True)]))


def sample() -> list[dates.Dated]:
    """The texts that the shipped networks are measured on: days of the test in every language."""
    return dates.draw(2000, np.random.default_rng(0), days="test")


def write(models: dict[str, EncoderDecoder]) -> None:
    """Ship these networks, in bytes, with the share of the sample that they still read right."""
    arrays = {}
    for net, model in models.items():
        arrays |= {f"{net} {name}": stored for name, stored in to_bytes(flat(as_params(model))).items()}
    np.savez_compressed(PATH, **arrays)
    measured = {f"{net} accuracy": accuracy(as_module(dates.trained(net)), sample()) for net in models}
    np.savez_compressed(PATH, **arrays, **measured)
    print(f"{PATH.name}: {measured}, {PATH.stat().st_size / 1000:.0f} kB")


def main() -> None:
    """Train both, and write their weights with what is left of their accuracy at 8 bits a number."""
    torch.set_num_threads(1)
    write({net: train(net, rate=RATES[net], seed=0) for net in NETS})


if __name__ == "__main__":
    main()

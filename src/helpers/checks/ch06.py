"""Exercises of chapter 06: both directions, padding, and layers above one another."""

import numpy as np

from live_figures.exercises import choice, controls, function, number

from .. import live
from ..bidirectional import bidirectional, reverse_within
from ..cells import GRUParams, LSTMParams, log_softmax
from ..sequence import gru, lstm

__all__ = ["blank", "felt_above", "masked_loss", "needs_the_future", "padded", "parameters", "read_the_padding",
           "summary", "turned_back", "which_task"]


@choice(
    title="Is the future there?", difficulty=1, minutes=2,
    question="In which of these tasks may the answer for one step depend on the steps that come after it?",
    hints=("Ask of each task: when the answer for step $t$ is due, is step $t + 1$ known?",),
    choices={
        "recording": ("Say of every 10 ms of a recorded sentence which sound it is.",
                      "Right: the recording is complete before the first answer is due."),
        "keyboard": ("Suggest the next word while somebody types.",
                     "Not that: the words to come have not been typed."),
        "live": ("Write subtitles for a live broadcast, each word as soon as it is spoken.",
                 "Not that: what follows the word has not been said yet. With a delay of a second or two it would be "
                 "another task, and a little of the future could be read."),
        "generate": ("Write a program, one character after another.",
                     "Not that: every character is chosen before the next one exists."),
    },
    answer="recording",
)
def which_task():
    """The whole input has to be there before the first output: a finished recording, a page of text, a file of code."""


@number(
    title="Two layers, two directions", difficulty=2, minutes=4,
    question="How many numbers does `nn.GRU(10, 8, num_layers=2, bidirectional=True)` learn? Count by hand before you "
             "ask torch.",
    hints=("One direction of the first layer: two gates and the candidate, each with 8 units that see 10 inputs and 8 "
           "states, and with torch's two biases.",
           "What does one direction of the second layer read? Everything that the first layer puts out."),
    answer=2208,
    mistakes={
        "The second layer reads both directions of the first: it has twice as many inputs as you gave it.": 1824,
        "The second layer reads the first layer's states, not the inputs.": 1920,
        "That is the first layer alone.": 960,
        "That is one direction of each layer. The other has weights of its own.": 1104,
        "That is the count for one direction: without the second, layer 2 would also read only 8 inputs.": 912,
        "Torch keeps two biases for each unit and block: you counted one.": 2112,
        "There are biases too, two for each unit and block.": 2016,
        "That is one block of weights, a plain RNN. A GRU has three: r, z and n.": 736,
        "A GRU has three blocks of weights: r, z and n. Four belong to the LSTM.": 2944,
    },
    praise="Right: 48 · (10 + 8 + 2) in the first layer and 48 · (16 + 8 + 2) in the second; 48 is 2 · 3 · 8.",
    nudge="Two directions, three blocks, 8 units; count what each unit sees in layer 1 and in layer 2.",
)
def parameters():
    r"""$2 \cdot 3 \cdot 8 \cdot (10 + 8 + 2) = 960$ and $2 \cdot 3 \cdot 8 \cdot (16 + 8 + 2) = 1248$, since the second
    layer reads $2 \cdot 8$ numbers."""
    import torch

    module = torch.nn.GRU(10, 8, num_layers=2, bidirectional=True)
    return sum(p.numel() for p in module.parameters())


@number(
    title="Read the padding", difficulty=1, minutes=3,
    question="The counting layer of this chapter adds 1 at every step that it reads, in each direction. A sequence of "
             "5 steps is padded to 8, and nobody tells the layer. Its forward half says 2 at step 2 (the first step is "
             "step 1). What does its backward half say there?",
    hints=("The backward half begins at step 8, where it says 1.",),
    answer=7, unit="steps",
    mistakes={
        "That would be right: steps 2 to 5. But nobody told the layer that the sequence ends at 5.": 4,
        "That is the forward half, which has read steps 1 and 2. The backward half comes from the other end.": 2,
        "The step itself is read too.": 6,
        "That is what it says at step 1.": 8,
        "Those are the padded steps alone. After them it reads on.": 3,
        "That is the true length: what it would say at step 1, if it were told where the sequence ends.": 5,
    },
    praise="Right: steps 8 down to 2, the three padded ones first.",
    nudge="Which steps has the backward half read when it arrives at step 2?",
)
def read_the_padding():
    """The backward half has read the steps 8, 7, 6, 5, 4, 3, 2: seven of them, three of them padding."""
    from helpers.params import rnn_params

    one, zero = np.ones(1), np.zeros((1, 1))
    counter = rnn_params(1, 1)._replace(W_x=zero, W_h=one[None], b=one)
    both = counter, counter
    h = bidirectional(both, np.zeros((8, 1, 1)), activation="linear").h
    return h[1, 0, 1]


def _pair(rng, kind, D, H):
    """Two sets of random weights, no bias of them 0."""
    width = len(kind.BLOCKS) * H
    biases = [(width,)] * (2 if kind is GRUParams else 1)
    return tuple(kind(*(rng.normal(size=shape) for shape in [(D, width), (H, width), *biases])) for _ in range(2))


def _lstms(rng):
    """Pairs of LSTMs and sequences: one and more steps, a batch of one and of more, D unlike H."""
    for T, B, D, H in ((5, 2, 3, 4), (6, 1, 4, 2), (1, 3, 2, 3), (7, 3, 1, 5)):
        yield _pair(rng, LSTMParams, D, H), rng.normal(size=(T, B, D))


@function(
    title="Find the bug: it knows the wrong half", difficulty=1, minutes=5,
    question="""
        The layer `two_readers` above runs, and its shapes are right. But change the *first* input and nothing else. In
        the backward half only the state of step 1 has read it, so only that state should move; what moves instead is
        the state of the *last* step. Find the mistake, and write the layer as it should be. `params` is a pair of
        `LSTMParams`, and all sequences are equally long.
        """,
    hints=("In which order do the states of the second `lstm` come?",
           "Its first state has read $x_T$ alone. To which step does it belong?"),
    cases=_lstms,
    returns=("the output (T, B, 2H)",),
    mistakes={
        "The backward half still stands in the order in which it read: its first row belongs to the last step.":
            ("lstm(params[1], x[::-1]).h[::-1]", "lstm(params[1], x[::-1]).h"),
        "Now nothing is reversed: the second half reads forwards too.":
            ("lstm(params[1], x[::-1]).h[::-1]", "lstm(params[1], x).h"),
        "Now the second half reads forwards, and its states are turned round afterwards.":
            ("lstm(params[1], x[::-1]).h[::-1]", "lstm(params[1], x).h[::-1]"),
        "Turning the whole output round moves the forward half to the wrong steps instead.":
            lambda params, x: np.concatenate([lstm(params[0], x).h, lstm(params[1], x[::-1]).h], axis=-1)[::-1],
        "The last axis holds the units. Turn the steps round, the first axis.":
            ("lstm(params[1], x[::-1]).h[::-1]", "lstm(params[1], x[::-1]).h[..., ::-1]"),
        "Both halves use the same weights. The second has weights of its own: params[1].": ("params[1]", "params[0]"),
        "The two halves have changed places: torch, and the chapter, put the forward half first.":
            ("[h_forward, h_backward]", "[h_backward, h_forward]"),
    },
    praise="Right: now row t of both halves has read x_t.",
    nudge="The backward half reads from the last step to the first, and has to be turned back before it is joined on.",
)
def turned_back(params, x):
    """The states of the second layer come in the order in which it read, the last step first: reverse them again."""
    h_forward = lstm(params[0], x).h
    h_backward = lstm(params[1], x[::-1]).h[::-1]
    return np.concatenate([h_forward, h_backward], axis=-1)


def _padded(rng):
    """Pairs of GRUs and padded batches, noise as padding: all full, none full, a length of 1, a batch of one."""
    for T, D, H, lengths in ((6, 3, 4, [6, 4, 1]), (5, 2, 3, [3]), (4, 4, 2, [4, 4]), (7, 1, 5, [2, 7, 5, 2])):
        yield _pair(rng, GRUParams, D, H), rng.normal(size=(T, len(lengths), D)), np.array(lengths)


def _before_the_padding(f, params, x, lengths):
    """What the answer gives, with zeros on the padding, where anything may stand, or nothing, as torch unpacks it."""
    answer = f(params, x, lengths)
    try:
        h = np.array(answer, dtype=np.float64)
    except (TypeError, ValueError):  # no numbers, as the comparison will say
        return answer
    if h.ndim != 3 or h.shape[1] != x.shape[1] or not max(lengths) <= len(h) <= len(x):
        return answer
    h = np.concatenate([h, np.zeros((len(x) - len(h), *h.shape[1:]))])
    h[np.arange(len(x))[:, None] >= lengths] = 0.0
    return h


@function(
    title="Find the bug: short sequences come out wrong", difficulty=2, minutes=8,
    question="""
        The layer `two_readers_padded` above runs without a warning on a padded batch `x` (T, B, D). Its output is right
        for sequences as long as the batch, and wrong for all shorter ones. Find the mistake, and write the layer as it
        should be, with the true `lengths` (B,). `params` is a pair of `GRUParams`. Your output (T, B, 2H) may hold
        anything on the padding.
        """,
    hints=("Which rows does the backward half read first, if a sequence is shorter than the batch?",
           "`helpers.bidirectional.reverse_within(x, lengths)` reverses each sequence within its own length. A loop "
           "over the sequences does too."),
    cases=_padded,
    measure=_before_the_padding,
    returns=("the output before the padding",),
    tolerance=1e-6,
    mistakes={
        "The backward half still begins on the padding: x[::-1] puts it first.":
            ("reverse_within(x, lengths)", "x[::-1]", "reverse_within(read, lengths)", "read[::-1]"),
        "It reads the right rows now, but is turned back over the padding: short sequences land on the wrong steps.":
            ("reverse_within(read, lengths)", "read[::-1]"),
        "It reads the padding first, and is turned back within the true length: both have to use the lengths.":
            ("reverse_within(x, lengths)", "x[::-1]"),
        "The backward half is not turned back.": ("reverse_within(read, lengths)", "read"),
        "Zeros on the padding do not help: the biases and the recurrent weights go on working on a row of zeros.":
            lambda params, x, lengths: bidirectional(
                params, x * (np.arange(len(x))[:, None] < lengths)[..., None]).h,
        "All sequences are cut to the length of the first one.":
            lambda params, x, lengths: bidirectional(params, x, np.minimum(lengths, lengths[0])).h,
        "Both halves use the same weights.": ("params[1]", "params[0]"),
    },
    praise="Right, whatever the padding holds: each sequence is reversed within its own length, both times.",
    nudge="The backward half has to start at each sequence's own last step, and to be turned back the same way.",
)
def padded(params, x, lengths):
    """Reverse each sequence within its own length, before the second layer and after it."""
    h_forward = gru(params[0], x).h
    read = gru(params[1], reverse_within(x, lengths)).h
    h_backward = reverse_within(read, lengths)
    return np.concatenate([h_forward, h_backward], axis=-1)


def _outputs(rng):
    for T, H, lengths in ((5, 3, [5, 2, 4]), (4, 2, [3]), (1, 4, [1, 1]), (6, 1, [1, 6, 3, 3])):
        yield rng.normal(size=(T, len(lengths), 2 * H)), np.array(lengths)


@function(
    title="One vector for the whole sequence", difficulty=2, minutes=8,
    question="Write a function that takes the output `h` (T, B, 2H) of a bidirectional layer on a padded batch, "
             "forward half first, and the true `lengths` (B,). It returns the summary (B, 2H): from each half, the "
             "state that has read the whole sequence.",
    hints=("The forward half has read everything at the last true step. Where has the backward half?",
           "`h[lengths - 1, np.arange(B)]` picks one step for each sequence."),
    cases=_outputs,
    returns=("the summary (B, 2H)",),
    mistakes={
        "The backward half at the last true step has read one step only. It has read everything at the first.":
            lambda h, lengths: h[lengths - 1, np.arange(h.shape[1])],
        "The last row of the batch is padding for the shorter sequences, and there the backward half has read nothing "
        "else.": lambda h, lengths: h[-1],
        "At the first step the forward half has read one input only.": lambda h, lengths: h[0],
        "The forward half is right. The backward half has read everything at the first step, not at the last row.":
            ("h[0, :, H:]", "h[-1, :, H:]"),
        "The backward half is right. The forward half is taken at the last row, which is padding for the shorter "
        "sequences.": ("lengths - 1", "-1"),
        "The steps count from 0: the last true one is lengths - 1.":
            lambda h, lengths: np.concatenate([h[np.minimum(lengths, len(h) - 1), np.arange(h.shape[1]),
                                                 : h.shape[2] // 2], h[0, :, h.shape[2] // 2 :]], axis=-1),
        "The mean over all steps is a summary too, but not the one asked for.": lambda h, lengths: h.mean(axis=0),
        "The two halves have changed places.": ("[forward, backward]", "[backward, forward]"),
    },
    praise="Right: the forward half from the last true step, the backward half from the first.",
    nudge="The two halves are complete at opposite ends of the sequence.",
)
def summary(h, lengths):
    """The forward half is complete at the last true step, the backward half at the first. It is what torch gives as
    `h_n` of a packed sequence."""
    H = h.shape[2] // 2
    forward = h[lengths - 1, np.arange(h.shape[1]), :H]
    backward = h[0, :, H:]
    return np.concatenate([forward, backward], axis=-1)


def _losses(rng):
    for T, V, lengths in ((5, 4, [5, 2, 3]), (3, 7, [2]), (6, 2, [1, 6]), (4, 3, [4, 4])):
        shape = (T, len(lengths))
        yield 2 * rng.normal(size=(*shape, V)), rng.integers(V, size=shape), np.array(lengths)


@function(
    title="A loss that does not count the padding", difficulty=2, minutes=8,
    question=r"""
        Write the mean cross-entropy over the **true** steps of a padded batch: `scores` (T, B, V), integer `targets`
        (T, B), `lengths` (B,). Every true step of every sequence counts the same. `helpers.cells.log_softmax` gives
        the logarithms of the probabilities.
        """,
    hints=("`np.arange(T)[:, None] < lengths` is true on the true steps, shape (T, B).",
           "Divide by the number of true steps, not by T · B."),
    stub="from helpers.cells import log_softmax\n\n\ndef masked_loss(scores, targets, lengths):\n    ...",
    cases=_losses,
    returns=("the loss",),
    tolerance=1e-6,
    mistakes={
        "The padded steps are counted as if they were data.": (" * true", "", "true.sum()", "true.size"),
        "The padding adds nothing to the sum, but is still counted in the number you divide by.":
            ("true.sum()", "true.size"),
        "The mean over each sequence, then over the batch, gives a step of a short sequence more weight than one of a "
        "long sequence.":
            ("-(picked * true).sum() / true.sum()", "-((picked * true).sum(axis=0) / true.sum(axis=0)).mean()"),
        "The sign is missing: a loss is minus the logarithm of the probability.": ("return -", "return "),
        "That is the sum. Divide it by the number of true steps.": (" / true.sum()", ""),
        "The mask is one step too long.": ("< lengths", "<= lengths"),
        "Without the softmax the scores are no logarithms of probabilities.": ("log_softmax(scores)", "scores"),
    },
    praise="Right: the number that torch gives on the packed targets.",
    nudge="Mask the padded steps out of the sum, and out of the number that you divide by.",
)
def masked_loss(scores, targets, lengths):
    """Pick the logarithm of the target's probability at every step, set the padding to 0, and divide by the number of
    true steps."""
    T = len(scores)
    log_p = log_softmax(scores)
    picked = np.take_along_axis(log_p, targets[..., None], axis=-1)[..., 0]
    true = np.arange(T)[:, None] < lengths
    return -(picked * true).sum() / true.sum()


def _readers(rng):
    """Joint worlds in which left and right are independent given the word: what each reader says, and how often a word
    comes at all. With words that one side rules out, and with a word that is far more frequent than the others."""
    for V, rare in ((3, 1.0), (2, 0.2), (5, 4.0), (4, 0.5)):
        prior = rng.dirichlet(np.full(V, rare) + 0.1)
        left, right = rng.random((2, V)) + 0.02
        left[0] *= V > 3  # ruled out by the left side
        yield prior * left / (prior @ left), prior * right / (prior @ right), prior


@function(
    title="Two readers, one blank", difficulty=3, minutes=12,
    question=r"""
        One reader knows the text to the left of the blank and says $p(w \mid \ell)$ for every word $w$. Another knows
        the text to the right, and says $p(w \mid r)$. How often each word comes at all is $p(w)$. Suppose that, once
        the word is known, left and right say nothing more about each other:
        $p(\ell, r \mid w) = p(\ell \mid w)\, p(r \mid w)$. Derive $p(w \mid \ell, r)$ and write it as a function of
        the three vectors.
        """,
    hints=(r"Bayes: $p(w \mid \ell, r) \propto p(w)\, p(\ell \mid w)\, p(r \mid w)$.",
           r"$p(\ell \mid w) = p(w \mid \ell)\, p(\ell) / p(w)$, and $p(\ell)$ does not depend on $w$."),
    cases=_readers,
    returns=("the distribution over the words",),
    mistakes={
        "Both readers know how common each word is. In the product of the two that counts twice: divide it out once.":
            (" / prior", ""),
        "The probabilities of all words have to add up to 1.": (" / product.sum()", ""),
        "The mean of the two readers lets a word pass that one of them rules out.":
            lambda left, right, prior: (left + right) / 2,
        "That is the product of the two likelihoods. The prior belongs in it too, once.":
            ("left * right / prior", "left * right / prior**2"),
        "The prior is divided out, not multiplied in once more.": ("/ prior", "* prior"),
        "The right reader is missing.": ("left * right / prior", "left"),
    },
    praise="Right: their product, with what both of them knew beforehand divided out once.",
    nudge="Write both sides with Bayes' rule, and keep track of how often p(w) appears.",
)
def blank(left, right, prior):
    r"""By Bayes, $p(w \mid \ell, r)$ is proportional to $p(w)\, p(\ell \mid w)\, p(r \mid w)$, and that to
    $p(w \mid \ell)\, p(w \mid r) / p(w)$: scale it so that the sum is 1.

    Two one-way networks, each trained alone, could be joined like this. A bidirectional network with the readout of
    this chapter multiplies too: its scores are a sum of one part from each state, so its probabilities are a product of
    one factor from each side. But these factors are trained together, so that neither has to be what one side would say
    alone.
    """
    product = left * right / prior
    return product / product.sum()


@controls(
    title="A character that needs the future", difficulty=2, minutes=6,
    question="Experiment. In the figure `fill_the_blank`, write a sentence of your own and hide a character in it to "
             "which the network that reads from the left gives less than 2 %, and the one that reads from both sides "
             "more than 80 %. Give what you found as a `dict` of `text` and `place`, where the first character has "
             "place 0.",
    hints=("Where a word begins, the left side often says least.",
           "Take a long word that does not often stand there, and that its other letters give away. Both networks "
           "learned from the documentation of Python, and know its words best."),
    stub="needs_the_future = dict(text=..., place=...)",
    figure="helpers.figures.fill_the_blank", met="future",
    mistakes={
        "From the left the character has {left_true:.1%}, not less than 2 %. Try the first letter of a word that does "
        "not often follow these.":
            (dict(text="return the name of the file", place=11), lambda q: q["left_true"] >= 0.02),
        "From both sides it has {both_true:.1%}, not more than 80 %. The rest of the word has to give it away.":
            (dict(text="the bat hit the ball", place=18), lambda q: q["both_true"] <= 0.8),
    },
    praise="Right: {left_true:.2%} from the left, {both_true:.0%} from both sides.",
)
def needs_the_future():
    """The left side finds “given” unlikely after “value”; from both sides hardly any letter but its g fits."""
    found = dict(text="if the value given is less than 5", place=13)
    run = live.load("fill_the_blank").run(**found)
    print(f"left {run['left_true']:.2%}, both sides {run['both_true']:.0%}")
    return found


@controls(
    title="A change that is felt above", difficulty=3, minutes=10,
    question="Experiment. In the figure `deep_states`, find a text and a character in it whose change is felt for "
             "long: five characters later, more than 15 % of the usual distance must be left in layer 3 of the "
             "**trained** network. Give what you found as a `dict` of `text`, `place` and `network`.",
    hints=("Which character of Python code says what the next several may be?",
           "Look at the ends of lines that open a block. Not every one will do: the line of a `def`, an `else` or a "
           "`try` often does."),
    stub="felt_above = dict(text=..., place=..., network=...)",
    figure="helpers.figures.deep_states", met="felt",
    mistakes={
        "That is the network before its training. Choose the trained one.":
            (dict(network="untrained", place=12), lambda q: q["network"] == "untrained"),
        "Fewer than five characters follow the changed one. Take an earlier one, or a longer text.":
            (dict(text="x = 1", place=3, network="trained"), lambda q: q["later"] - q["shown"] < 5),
        "Only {left_3:.1%} is left in layer 3 after five characters. Move on along the text, and watch the tint behind "
        "the changed character.": (dict(network="trained", place=18), lambda q: q["left_3"] <= 0.15),
    },
    praise="Right: {left_3:.0%} is left in layer 3, {left_2:.0%} in layer 2 and {left_1:.0%} in layer 1.",
)
def felt_above():
    """The end of a line that opens a block is such a place, here that of a definition."""
    code = "class Stack:\n    def push(self, item):\n        self.items += [item]\n"
    found = dict(text=code, place=38, network="trained")
    run = live.load("deep_states").run(**found)
    print(*(f"layer {k}: {run[f'left_{k}']:.1%} left" for k in (1, 2, 3)), sep=", ")
    return found

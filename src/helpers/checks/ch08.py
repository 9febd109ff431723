"""Exercises of chapter 08: patterns, baselines, an honest split, and an image that enters the recurrence."""

import numpy as np

from live_figures.exercises import choice, function, number

__all__ = ["before_the_cut", "captioner_size", "image_every_step", "image_gradient", "other_ways", "scaled_error",
           "same_forecast", "which_pattern"]


@choice(
    title="Which pattern?", difficulty=1, minutes=2,
    question="A sleep laboratory has the sound of whole nights, cut into minutes, and wants to know for each minute "
             "whether the patient stopped breathing. It looks at a night when it is over. Which pattern is this?",
    hints=("How many answers are there for one night, and do they line up with the input?",),
    choices={
        "one to many": ("One to many.", "Not that: what goes in is a sequence, the sound of a night."),
        "many to one": ("Many to one.", "Not that: one answer for a whole night would not say when."),
        "equal": ("Many to many, of equal length.",
                  "Right: an answer for every minute. And as the night is over, both directions may be read."),
        "unequal": ("Many to many, of unequal length.",
                    "Not that: the answers line up with the minutes, so nothing has to be aligned or stopped."),
    },
    answer="equal",
)
def which_pattern():
    """Each step of the input has its own answer. Since the whole night is there before the first answer is due, the
    network may be bidirectional."""
    return "equal"


@choice(
    title="Two forecasts that are one", difficulty=1, minutes=2,
    question="Monthly values, a yearly season. For which number of months ahead is the naive forecast the same as the "
             "seasonal naive one?",
    hints=("The one says today's value; the other that of the same month, in the last year that is known.",),
    choices={
        "1": ("1 month ahead.", "Not that: the naive one says last month's value, the other that of a year before."),
        "6": ("6 months ahead.",
              "Not that: the naive one says the value of the opposite season, one reason why it does so badly here."),
        "12": ("12 months ahead.", "Right: today is the same month, one year before, and the last one that is known."),
        "never": ("For none of them.", "There is one: think of a month whose namesake is today."),
    },
    answer="12",
)
def same_forecast():
    """Twelve months ahead, the last known value of the same month is today's: there the two rows of the table agree."""
    return "12"


def _spans(rng):
    """Series to fit and to test on, forecasts of the second, seasons of 1 and more, one and several forecasts."""
    for long, tested, season in ((30, 8, 12), (9, 1, 4), (25, 6, 1), (14, 3, 7)):
        train = 20 + 3 * np.sin(np.arange(long)) + rng.normal(size=long)
        test = rng.normal(20, 2, size=tested)
        yield train, test, test + rng.normal(size=tested), season


@function(
    title="An error without a unit", difficulty=2, minutes=6,
    question="Write the scaled error of a forecast: its mean absolute error on `test`, divided by the mean absolute "
             "error of the seasonal naive forecast *in the training values*. `train` (N,) and `test` (M,) are values "
             "of one series, `forecast` (M,) is what was said of `test`, and a season has `season` steps.",
    hints=("In the training values the seasonal naive forecast of `train[t]` is `train[t - season]`.",
           "`train[season:] - train[:-season]` holds all of its errors."),
    cases=_spans, returns=("the scaled error",), tolerance=1e-6,
    mistakes={
        "The scale has to come from the training values: the test values would reward a span that is hard for all.":
            ("train[season:] - train[:-season]", "test - np.concatenate([train, test])[-len(test) - season : -season]"),
        "The scale is the error of the forecast one step back. Go a whole season back.":
            ("train[season:] - train[:-season]", "train[1:] - train[:-1]"),
        "Squares weigh large errors more. Take absolute values.":
            ("np.abs(forecast - test).mean()", "((forecast - test) ** 2).mean()",
             "np.abs(train[season:] - train[:-season]).mean()", "((train[season:] - train[:-season]) ** 2).mean()"),
        "Errors of both signs cancel: take the absolute values before the mean.":
            ("np.abs(forecast - test).mean()", "np.abs((forecast - test).mean())"),
        "The fraction is upside down: a small error has to give a small number.":
            ("return error / scale", "return scale / error"),
        "That is the error in the unit of the series. Divide it by the scale.": (" / scale", ""),
        "Sums depend on how many values there are. Take means.":
            (".mean()\n    scale", ".sum()\n    scale", "[:-season]).mean()", "[:-season]).sum()"),
        "Those are roots of mean squares, which weigh large errors more. Take means of absolute values.":
            ("np.abs(forecast - test).mean()", "((forecast - test) ** 2).mean() ** 0.5",
             "np.abs(train[season:] - train[:-season]).mean()",
             "((train[season:] - train[:-season]) ** 2).mean() ** 0.5"),
        "In N training values there are N − season errors of the seasonal naive forecast. Divide their sum by that.":
            ("[:-season]).mean()", "[:-season]).sum() / len(train)"),
        "Dividing by the spread of the training values is another scale: it asks how far values are from their mean.":
            ("np.abs(train[season:] - train[:-season]).mean()", "train.std()"),
    },
    praise="Right: below 1 a forecast does better than the value of a season before did in training.",
    nudge="Two mean absolute errors: the forecast's on the test values, the seasonal naive one's in training.",
)
def scaled_error(train, test, forecast, season):
    """Both errors are in the unit of the series, which cancels."""
    error = np.abs(forecast - test).mean()
    scale = np.abs(train[season:] - train[:-season]).mean()
    return error / scale


def _series(rng):
    """Series with windows of one and more values, near and far targets, cuts at the end and before it."""
    for values, length, ahead, cut in ((20, 4, 1, 12), (15, 3, 6, 15), (30, 1, 12, 20), (12, 5, 2, 7)):
        yield rng.normal(size=values), length, ahead, cut


@function(
    title="Find the bug: it has seen the future", difficulty=2, minutes=8,
    question="""
        The function `windows_before` above cuts a series into training windows of `length` values, each with its
        target: the value that comes `ahead` steps after the window's last one. Only values before the place `cut` may
        be used for training. No window reaches over the cut; still, the forecasts come out too good. Find the mistake
        and write it as it should be. Return the windows (n, length) and the targets (n,), in the order of time, as many
        as there are.
        """,
    hints=("Where does the target of the last window stand?",
           "The target of the window that starts at s stands at s + length − 1 + ahead, and has to be before the cut."),
    cases=_series, returns=("the windows", "the targets"),
    mistakes={
        "The last targets stand behind the cut: those are values that the test will ask for.":
            lambda y, length, ahead, cut: _windows(y, length, ahead, cut - length + 1),
        "One window too many: its target stands at the cut.":
            lambda y, length, ahead, cut: _windows(y, length, ahead, cut - length - ahead + 2),
        "The last window that could be used is missing.":
            ("cut - length - ahead + 1", "cut - length - ahead"),
        "The target comes `ahead` steps after the last value of the window, not after the place behind it.":
            ("s + length - 1 + ahead", "s + length + ahead", "cut - length - ahead + 1", "cut - length - ahead"),
        "The target comes `ahead` steps after the last value of the window, not after its first.":
            ("s + length - 1 + ahead", "s + ahead"),
        "The windows before the cut are right. Those after it belong to the test.":
            lambda y, length, ahead, cut: _windows(y, length, ahead, len(y)),
    },
    praise="Right: neither a window nor a target reaches the cut.",
    nudge="A training pair has two ends: the window's last value, and the target after it. Both stand before the cut.",
)
def before_the_cut(y, length, ahead, cut):
    """A pair is used if its *target* stands before the cut; the window then does too."""
    starts = range(cut - length - ahead + 1)
    windows = np.array([y[s : s + length] for s in starts])
    targets = np.array([y[s + length - 1 + ahead] for s in starts])
    return windows, targets


def _windows(y, length, ahead, count):
    """The first `count` windows with their targets, as far as the series goes: what the wrong answers share."""
    starts = range(min(count, len(y) - length - ahead + 1))
    return (np.array([y[s : s + length] for s in starts]), np.array([y[s + length - 1 + ahead] for s in starts]))


def _captioners(rng):
    """Weights of a tanh RNN with an image, no bias 0: one and more steps and images, D, H and I all different."""
    for T, B, D, H, images in ((4, 2, 3, 5, 6), (1, 3, 2, 4, 3), (6, 1, 5, 2, 4), (3, 2, 1, 3, 2)):
        weights = [rng.normal(size=shape) for shape in ((D, H), (H, H), (images, H), (H,))]
        yield *weights, rng.normal(size=(T, B, D)), rng.normal(size=(B, images))


@function(
    title="The image at every step", difficulty=2, minutes=8,
    question=r"""
        Write the states of a captioner that sees the image at every step:
        $h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + v\, W_{ih} + b)$, with $h_0 = 0$. Vectors are rows: `x` is
        (T, B, D), `v` (B, I), `W_xh` (D, H), `W_hh` (H, H), `W_ih` (I, H), `b` (H,). Return h (T, B, H).
        """,
    hints=("`v @ W_ih` is the same at every step: work it out once, before the loop.",),
    cases=_captioners, returns=("the states (T, B, H)",), tolerance=1e-6,
    mistakes={
        "The image enters at the first step only. Here it enters at every one.":
            lambda W_xh, W_hh, W_ih, b, x, v: _unrolled(W_xh, W_hh, b, x, v @ W_ih, first=True),
        "This starts the state from the image, and does not show it again.":
            lambda W_xh, W_hh, W_ih, b, x, v: _unrolled(W_xh, W_hh, b, x, 0 * (v @ W_ih), h0=np.tanh(v @ W_ih)),
        "The image is added after the tanh. It belongs inside.":
            ("np.tanh(x_t @ W_xh + h @ W_hh + image + b)", "np.tanh(x_t @ W_xh + h @ W_hh + b) + image"),
        "W_hh is the wrong way round. Vectors are rows: the state stands on its left.": ("h @ W_hh", "h @ W_hh.T"),
        "The image is missing.": (" + image", ""),
        "The bias is missing.": (" + b)", ")"),
        "The state before is missing: nothing recurs.": (" + h @ W_hh", ""),
        "The tanh is missing.": ("np.tanh(x_t @ W_xh + h @ W_hh + image + b)", "x_t @ W_xh + h @ W_hh + image + b"),
        "Those are the last states alone. Return those of every step.": ("np.stack(states)", "h"),
    },
    praise="Right: for the recurrence, an image is a bias of its own.",
    nudge="Three products and a bias under one tanh, at every step; the image's product does not change.",
)
def image_every_step(W_xh, W_hh, W_ih, b, x, v):
    """The image's term is worked out once and added at every step, like a bias that each image has for itself."""
    image = v @ W_ih
    h, states = np.zeros_like(image), []
    for x_t in x:
        h = np.tanh(x_t @ W_xh + h @ W_hh + image + b)
        states.append(h)
    return np.stack(states)


def _unrolled(W_xh, W_hh, b, x, image, first=False, h0=None):
    """The states with the image's term at every step, or at the first one only: what the wrong answers share."""
    h, states = np.zeros_like(image) if h0 is None else h0, []
    for t, x_t in enumerate(x):
        h = np.tanh(x_t @ W_xh + h @ W_hh + (image if t == 0 or not first else 0) + b)
        states.append(h)
    return np.stack(states)


@choice(
    title="Where is the image?", difficulty=2, minutes=3,
    question="A captioner gets the image at the first step only. Its first five words fit the image, those from the "
             "sixth on do not. Which explanation can be ruled out?",
    hints=("What does each way of letting the image in ask of the state?",),
    choices={
        "forgets": ("The state has lost what it held of the image.",
                    "Possible: after the first step, the state is the only place where the image is."),
        "noise": ("The image is read again at the sixth step, and disturbs the state.",
                  "Right, that one is impossible: this captioner reads the image once."),
        "words": ("The words written so far lead it astray: it goes on as such sentences usually go on.",
                  "Possible: the network that never sees a picture writes faultless sentences, too."),
        "training": ("Training saw few captions of that length.",
                     "Possible, and easy to test: count them."),
    },
    answer="noise",
)
def other_ways():
    """What enters once has to be remembered; what enters at every step need not be, but can disturb at every step."""
    return "noise"


def _errors(rng):
    for T, B, H, images in ((5, 3, 4, 6), (1, 2, 3, 2), (4, 1, 2, 5), (3, 4, 5, 1)):
        yield rng.normal(size=(T, B, H)), rng.normal(size=(B, images)), rng.normal(size=(images, H))


@function(
    title="What the image's weights learn from", difficulty=3, minutes=10,
    question=r"""
        The image enters every step: $a_t = x_t W_{xh} + h_{t-1} W_{hh} + v\, W_{ih} + b$. Backpropagation through time
        has given you `da` (T, B, H), the gradient with respect to each $a_t$. Derive the gradients with respect to
        $W_{ih}$ and $v$. In code `v` is (B, I) and `W_ih` (I, H); return `(dW_ih, dv)`.
        """,
    hints=("The same W_ih and the same v are used at every step: what has several uses adds up their gradients.",
           "Sum `da` over the steps first; the rest is the backward pass of one product `v @ W_ih`."),
    cases=_errors, returns=("the gradient of W_ih", "the gradient of v"),
    mistakes={
        "This counts the first step alone. The image is used at every step.": ("da.sum(axis=0)", "da[0]"),
        "This counts the last step alone. The image is used at every step.": ("da.sum(axis=0)", "da[-1]"),
        "Uses add up. This is their mean over the steps.": ("da.sum(axis=0)", "da.mean(axis=0)"),
        "The gradients are sums over the batch, too: nothing is divided by its size.":
            ("v.T @ total, total @ W_ih.T", "v.T @ total / len(v), total @ W_ih.T"),
        "Each image has a gradient of its own: the one of v is not summed over the batch.":
            ("total @ W_ih.T", "(total @ W_ih.T).sum(axis=0)"),
        "The two are in the wrong order.": ("v.T @ total, total @ W_ih.T", "total @ W_ih.T, v.T @ total"),
        "The sign is wrong: these are the gradients, not the steps of the descent.":
            ("v.T @ total, total @ W_ih.T", "-v.T @ total, -total @ W_ih.T"),
    },
    praise="Right: one product, and the errors of all steps behind it.",
    nudge="What is used T times gets the sum of T gradients.",
)
def image_gradient(da, v, W_ih):
    r"""$\sum_t \partial E / \partial a_t$ is the error at the image's term, which is the same at all steps; the rest is
    one product."""
    total = da.sum(axis=0)
    return v.T @ total, total @ W_ih.T


@number(
    title="What does the image cost?", difficulty=2, minutes=4,
    question=r"A captioner has 20 words, one-hot, 32 tanh units, and an image of 64 pixels, which it sees at every "
             r"step: $h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + v\, W_{ih} + b)$, with scores $h_t W_y + b_y$ of the "
             "20 words. How many numbers does it learn?",
    hints=("Six arrays: W_xh, W_hh, W_ih and b, then W_y with b_y.",
           "The image's weights are 64 · 32, however many steps the image enters."),
    answer=4404,
    mistakes={
        "The image's weights are missing.": 2356,
        "The readout is missing.": 3744,
        "The biases are missing, 32 and 20.": 4352,
        "The bias of the readout is missing.": 4384,
        "The bias of the states is missing.": 4372,
        "The weights from state to state are missing.": 3380,
        "The words' own weights are missing.": 3764,
        "That counts two biases of the states, as torch has them. The formula has one.": 4436,
    },
    praise="Right: 640 + 1,024 + 2,048 + 32 for the states, 660 for the scores. Sharing over time includes the image.",
    nudge="Count each array once: none of them grows with the number of steps.",
)
def captioner_size():
    """20 · 32 + 32 · 32 + 64 · 32 + 32 in the recurrence, and 32 · 20 + 20 in the readout."""
    from helpers.params import rnn_params

    # Word and image side by side are one input of 20 + 64 numbers: W_xh stands above W_ih in one matrix.
    return sum(array.size for array in rnn_params(20 + 64, 32)) + 32 * 20 + 20

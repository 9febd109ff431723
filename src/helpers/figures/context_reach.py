"""Which characters does the label of one character depend on, read one way and both ways?"""

from array_api_compat import array_namespace

from helpers.bptt import lstm_bptt
from helpers.figures._taggers import ALPHABET, known, read, turned, weights
from helpers.sequence import pick
from helpers.syntax import CLASSES, VOCABULARY
from live_figures import Challenge, Claim, ColoredText, LongText, Slider, Try, draw

title = "Which characters does the colour of one depend on?"
caption = (
    "The two networks of the syntax highlighter label the marked character; each character is tinted by the size of "
    "the gradient of the label's margin (its score less that of the next best) at its one-hot input, as a share of the "
    "sum over all characters."
)
alt = (
    "A line of code twice, its characters tinted by how much the label of one of them depends on each: in the first "
    "text the tints end at the marked character, in the second they go on after it."
)

LONGEST, NETS = 96, ("one way", "two ways")
CODE = 'value = compare(first, "second")  # third'
controls = [
    LongText(name="code", label="Your code", value=CODE, alphabet=ALPHABET, max_length=LONGEST, lines=2),
    Slider(name="at", label="Marked character", min=0, max=LONGEST - 1, step=1, value=1, integer=True),
]


def consts():
    return weights()


def compute(consts, code, at):
    xp = array_namespace(code)
    codes, length = known(consts, code)
    at = xp.minimum(at, length - 1)
    order = turned(length, LONGEST)
    there, half = pick(order, at), consts["forward"].W_h.shape[0]
    one, forward = read(consts["one"], codes), read(consts["forward"], codes)
    backward = read(consts["backward"], xp.take(codes, order))
    both = xp.concat([pick(forward.h[:, 0, :], at), pick(backward.h[:, 0, :], there)], axis=-1)
    one_class, one_up = _margin(pick(one.h[:, 0, :], at), consts["one_V"], consts["one_c"])
    two_class, two_up = _margin(both, consts["two_V"], consts["two_c"])
    from_one = _gradient(consts["one"], one, at, one_up)
    from_back = xp.take(_gradient(consts["backward"], backward, there, two_up[half:]), order, axis=0)
    from_two = _gradient(consts["forward"], forward, at, two_up[:half]) + from_back
    sizes = xp.linalg.vector_norm(xp.stack([from_one, from_two]), axis=-1)
    shares = sizes / xp.sum(sizes, axis=-1, keepdims=True)
    right = shares @ xp.astype(xp.arange(LONGEST) > at, sizes.dtype)
    return {
        "shares": shares, "right": right,
        "said": xp.astype(xp.stack([one_class, two_class])[:, None] == xp.arange(len(CLASSES)), xp.int64),
        "early": (length - 1 - at > 10) & (right[1] < 0.1),
    }


def _margin(h, V, c):
    """The class of the highest score h V + c, and the gradient at h of that score less the next best."""
    xp = array_namespace(h)
    scores, place = h @ V + c, xp.arange(len(CLASSES))
    best = xp.argmax(scores)
    second = xp.argmax(xp.where(place == best, -1e9 + 0.0 * scores, scores))
    return best, pick(V, best, axis=1) - pick(V, second, axis=1)


def _gradient(params, trace, at, up):
    """The gradient (T, V) at each one-hot input, given that at the hidden state of step `at`."""
    xp = array_namespace(up)
    here = xp.astype(xp.arange(LONGEST) == at, up.dtype)
    x = xp.zeros((LONGEST, 1, VOCABULARY), dtype=up.dtype)  # only the gradient of W_x would need the true one
    return lstm_bptt(params, x, trace, here[:, None, None] * up).x[:, 0, :]


def diagram():
    labels = [draw.label(190, 14 + 22 * k, name, bold=True, anchor="start", live={"show": f"said[{k}][{c}]"})
              for k in range(2) for c, name in enumerate(CLASSES)]
    nets = [draw.label(180, 14 + 22 * k, f"The label, read {net}:", anchor="end") for k, net in enumerate(NETS)]
    return draw.svg(380, 50, *nets, *labels, max_width=420)


views = [ColoredText(label=f"What the label depends on, read {net}", text="code", tint=f"shares[{k}]", high=0.25,
                     format=".1%", chooses="at") for k, net in enumerate(NETS)]
readout = (
    "Of the gradient, {right[0]:.0%} lies to the right of the marked character if the network reads one way, and "
    "{right[1]:.0%} if it reads two ways."
)
challenges = [
    Challenge("Find a character with more than ten after it for which even the network that reads two ways has less "
              "than a tenth of its gradient to the right.", met="early"),
]
END = CODE.index("(") - 1  # the last letter of the call


def _said(arrays):
    """The labels that the two networks give."""
    return [CLASSES[k] for k in arrays["said"].argmax(axis=-1)]


tries = [
    Try(ask="The last letter of compare is a name to the network that reads one way, and part of a call to the other. "
            "How much of each gradient lies to its right?",
        guesses=("nothing, and nearly all", "nothing, and about a third", "a little, and more"), right=1,
        do=f"Move the mark to character {END}, the last letter of compare.", at={"at": END},
        says="Of the first exactly nothing, because that network has not read on; of the other 30 %, most of it on the "
             "bracket and the four letters after it.",
        holds=lambda a: _said(a) == ["name", "call"] and a["right"][0] == 0 and round(float(a["right"][1]), 2) == 0.3
        and a["shares"][1, END + 1:END + 6].sum() > 0.5 * a["right"][1]),
    Try(ask="At the last letter of compare, 70 % of the gradient of the network that reads both ways lies on the "
            "letter and to its left. Without all that follows, will its label stay a call?",
        guesses=("yes", "no, it becomes a name"), right=1,
        do="Put the mark at character 14, and delete everything after compare.",
        at=({"at": END}, {"at": END, "code": CODE[:END + 1]}),
        says="It becomes a name. The gradient says how the margin responds to small changes of each input as it is; "
             "what happens when characters are taken away can be quite different.",
        holds=lambda call, name: round(float(call["right"][1]), 2) == 0.3
        and (_said(call)[1], _said(name)[1]) == ("call", "name")),
    Try(ask="Both networks know a docstring at its first quote. Do they look at the same characters?",
        guesses=("Yes.", "No: one has only the quote, the other the whole string."), right=1,
        do='Replace the code by """A docstring.""", and in a second line x = 1. Mark character 0.',
        at={"at": 0, "code": '"""A docstring."""\nx = 1'},
        says="No. One gives its label when it has read nothing but the quote; of the other's gradient 79 % lies to the "
             "right, spread over the whole string.",
        holds=lambda a: _said(a) == ["docstring"] * 2 and a["shares"][0, 0] == 1
        and round(float(a["right"][1]), 2) == 0.79 and a["shares"][1, 1:18].sum() > 0.8 * a["right"][1]),
]
claims = [
    Claim("Read one way, no label depends on anything to its right.", at=tuple({"at": k} for k in range(len(CODE))),
          holds=lambda *a: all(b["right"][0] == 0 and not b["shares"][0, k + 1:].any() for k, b in enumerate(a))),
    Claim("Read two ways, every character but the last depends on what is to its right.",
          at=tuple({"at": k} for k in range(len(CODE))),
          holds=lambda *a: all(b["right"][1] > 0.05 for b in a[:-1]) and a[-1]["right"][1] == 0),
    Claim("A mark behind the end is at the last character.", at=({"at": LONGEST - 1}, {"at": len(CODE) - 1}),
          holds=lambda behind, last: behind["shares"].tolist() == last["shares"].tolist()),
    Claim("The challenge can be met.", at={"at": 6, "code": "total = compare(first)  # a comment to read"},
          holds=lambda a: bool(a["early"])),
    Claim("The same character with only ten after it does not meet it.",
          at={"at": 6, "code": "total = compare(f"}, holds=lambda a: a["right"][1] < 0.1 and not a["early"]),
]

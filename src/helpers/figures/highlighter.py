"""Which colours of Python code need the characters that are still to come?"""

from array_api_compat import array_namespace

from helpers import plots
from helpers.cells import softmax
from helpers.figures._taggers import ALPHABET, known, read, turned, weights
from helpers.sequence import pick
from helpers.syntax import CLASSES
from live_figures import Challenge, Claim, ColoredText, LongText, Signal, Slider, Try

title = "Which colours of Python code need what is still to come?"
caption = (
    "Two networks of about 30,300 parameters each label every character of your code with one of ten classes, one "
    "reading from left to right, the other both ways, and the bars compare the probabilities that they give to each "
    "class at the marked character."
)
alt = (
    "The same Python code twice, each character on the ground of the class that a network gives it, and bars with the "
    "probabilities of the ten classes at one character, for both networks."
)

LONGEST = 800
CODE = '''def area(shape, size=1.0):
    """The area of a shape."""
    if round(shape):  # easy
        return 3 * size ** 2
    sides = measure("side", shape)
    return product(sides)
for shape in shapes:
    total = area'''
LOOKS = {
    "space": "", "operator": "dotted", "keyword": "a0 bold", "definition": "a3 bold underline", "call": "a2 underline",
    "name": "a6", "number": "a4 double", "string": "a1 italic", "docstring": "a5 italic dashed",
    "comment": "italic dotted",
}  # fmt: skip
LAST, SHORT = len(CODE) - 1, 40

controls = [
    LongText(name="code", label="Your code", value=CODE, alphabet=ALPHABET, max_length=LONGEST),
    Slider(name="at", label="Character", min=0, max=LONGEST - 1, step=1, value=LAST, integer=True),
]


def consts():
    return weights()


def compute(consts, code, at):
    xp = array_namespace(code)
    codes, length = known(consts, code)
    at = xp.minimum(at, length - 1)
    order = turned(length, LONGEST)
    backward = xp.take(read(consts["backward"], xp.take(codes, order)).h[:, 0, :], order, axis=0)
    both = xp.concat([read(consts["forward"], codes).h[:, 0, :], backward], axis=-1)
    one = read(consts["one"], codes).h[:, 0, :] @ consts["one_V"] + consts["one_c"]
    two = both @ consts["two_V"] + consts["two_c"]
    p_one, p_two = softmax(pick(one, at)), softmax(pick(two, at))
    best = {"one": xp.argmax(one, axis=-1), "two": xp.argmax(two, axis=-1)}
    differ = xp.sum(xp.astype((best["one"] != best["two"]) & (xp.arange(LONGEST) < length), xp.int64))
    return best | {
        "p_one": p_one, "p_two": p_two, "sure": xp.stack([xp.max(p_one), xp.max(p_two)]), "length": length,
        "differ": differ, "quarrel": (length <= SHORT) & (differ >= 20),
        "unsure": xp.max(p_one) < 0.4,
    }


def figure(arrays):
    fig = plots.figure(x_title="probability at the marked character", x_range=[0, 1], height=380)
    for name, label, color in (("p_one", "one way", 1), ("p_two", "two ways", 0)):
        fig.add_bar(x=arrays[name], y=list(CLASSES), name=label, orientation="h",
                    marker={"color": plots.COLORS[color], "line": {"width": 0}})
    return fig.update_layout(yaxis={"autorange": "reversed"})


views = [
    ColoredText(label="The network that reads one way", text="code", tint="one", classes=tuple(LOOKS.items()),
                chooses="at"),
    ColoredText(label="The network that reads both ways", text="code", tint="two", classes=tuple(LOOKS.items()),
                chooses="at", legend=False),
]
signals = {
    "one": Signal(words=("one-way network",), line="one way", color="c1"),
    "two": Signal(words=("two-way network",), line="two ways", color="c0"),
}
readout = (
    "The two networks disagree on {differ:d} of {length:d} characters. At the marked one the label of the network that "
    "reads one way has a probability of {sure[0]:.0%}, that of the other {sure[1]:.0%}."
)
challenges = [
    Challenge(f"Make the two networks disagree on 20 characters or more, with code of at most {SHORT}.", met="quarrel"),
    Challenge("Find a character at which the network that reads one way gives no class as much as 40 %.", met="unsure"),
]


def _said(arrays, net, start=0, length=None):
    """The one class that a network gives to a stretch of the code, or None if there are several."""
    stop = int(arrays["length"]) if length is None else start + length
    found = {CLASSES[k] for k in arrays[net][start:stop]}
    return found.pop() if len(found) == 1 else None


def _as_before(before, after, net):
    """Whether a network still says of every character of the first code what it said."""
    return before[net][:before["length"]].tolist() == after[net][:before["length"]].tolist()


tries = [
    Try(ask="The code ends in “total = area”, and both networks take area for a name. If an opening bracket follows, "
            "which of them will recolour the four letters?",
        guesses=("both", "only the one that reads both ways", "neither"), right=1,
        do="Type an opening bracket, (, at the end of the code.", at=({}, {"code": CODE + "("}),
        says="Only the one that reads both ways: a name becomes a call. The other keeps every colour that it gave; "
             "nothing that comes later can change what it has said.",
        holds=lambda name, call: _said(name, "one", LAST - 3, 4) == _said(name, "two", LAST - 3, 4) == "name"
        and _said(call, "two", LAST - 3, 4) == "call" and _as_before(name, call, "one")),
    Try(ask="“format(x)” begins as a loop does, with f, o and r. What colour will these three letters get?",
        guesses=("a call's, in both", "a keyword's, in both", "a keyword's, and a call's with both ways"), right=2,
        do="Replace all the code by format(x).", at=({"code": "for x in y:"}, {"code": "format(x)"}),
        says="For the network that reads one way they are a keyword, as they are in “for x in y:”, and only at the m "
             "does it change its mind. The other labels all six letters as a call.",
        holds=lambda loop, call: _said(loop, "one", 0, 3) == _said(call, "one", 0, 3) == "keyword"
        and _said(call, "one", 3, 3) == "name" and _said(call, "two", 0, 6) == "call"),
    Try(ask="A quote may open a docstring or any other string. Does the network that reads one way know which it "
            "is at the first of the three quotes?",
        guesses=("No, only the other network does.", "Yes."), right=1,
        do='Replace all the code by """Hi""".', at={"code": '"""Hi"""'},
        says="Yes, both say docstring from the first quote on. At the beginning of a line what went before is clue "
             "enough.",
        holds=lambda a: _said(a, "one") == _said(a, "two") == "docstring"),
    Try(ask='As the value of a name, as in x = """Hi""", it is a string like any other. Which network sees that?',
        guesses=("both", "the one that reads one way", "the one that reads both ways"), right=1,
        do='Replace the code by x = """Hi""".', at={"code": 'x = """Hi"""'},
        says="Only the network that reads one way. The other still says docstring, up to the closing quotes: reading "
             "more does not make every answer better.",
        holds=lambda a: _said(a, "one", 4) == "string" and _said(a, "two", 4, 6) == "docstring"),
]
claims = [
    Claim("Whatever is written after it, the network that reads one way keeps all its colours; the other does not.",
          at=({}, {"code": CODE + "("}, {"code": CODE + "\n" * 40}, {"code": CODE + ' = """'}),
          holds=lambda a, *later: all(_as_before(a, b, "one") for b in later) and not _as_before(a, later[0], "two")),
    Claim("In “return product(sides)” only the network that reads both ways has a call.", at={},
          holds=lambda a: _said(a, "one", CODE.index("product"), 7) == "name"
          and _said(a, "two", CODE.index("product"), 7) == "call"),
    Claim("Forty characters of code can set the networks at odds.", holds=lambda a: bool(a["quarrel"]),
          at={"code": 'x = """A text.\n\nOf lines.\n"""\ny = 3'}),
    Claim("So can one letter confuse the network that reads one way.", holds=lambda a: bool(a["unsure"]),
          at={"code": "async def f", "at": 6}),
    Claim("A mark behind the end is at the last character.", at=({"code": "x = 1"}, {"code": "x = 1", "at": 4}),
          holds=lambda behind, last: behind["p_one"].tolist() == last["p_one"].tolist()),
    Claim("A tab is a space to the networks.", at=({"code": "if x:\n\ty = 1"}, {"code": "if x:\n y = 1"}),
          holds=lambda tab, space: tab["p_two"].tolist() == space["p_two"].tolist()),
]

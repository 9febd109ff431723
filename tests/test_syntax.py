"""The highlighter's corpus and the labels of code: against code labelled by hand, and alike on every Python."""

import numpy as np
import pytest

from helpers import syntax, text

SIGNS = dict(zip(syntax.CLASSES, "_okdcnNsD#", strict=True))
CODE = '''\
"""Doc."""
class Box(Base):  # hi
    "one"
    def put(self, at=0x1F):
        return f"{at + 1} is {self.size()}" if len (at) else None
@wraps(f)
x = ["a" "b",
     """c"""]
'''
SAID = """\
DDDDDDDDDD_
kkkkk_dddonnnnoo__####_
____DDDDD_
____kkk_dddonnnno_nnoNNNNoo_
________kkkkkk_ssssssssssssssssssssssssssss_kk_ccc_onno_kkkk_kkkk_
occcccono_
n_o_osss_ssso_
_____ssssssso_
"""


def signs(labels):
    return "".join(SIGNS[syntax.CLASSES[k]] for k in labels)


def test_labels_by_hand():
    assert signs(syntax.label(CODE)) == SAID.replace("\n", "")


@pytest.mark.parametrize(("code", "said"), [
    ("", ""), ("  \n", "___"), ("x", "n"), ("# é😀", "####"), ('é="ü"', "nosss"), ("x=\\\n1", "noo_N"), ("\tx", "_n"),
    ("'a'.join(x)", "sssoccccono"),
])  # fmt: skip
def test_labels_of_short_and_strange_code(code, said):
    assert signs(syntax.label(code)) == said


@pytest.mark.parametrize("code", ['x = "abc', "f(", '"""', "if x:\n        y\n  z", "x = 'a\n"])
def test_what_does_not_tokenize_is_said_with_its_line(code):
    with pytest.raises(ValueError, match=r"^code: line \d does not tokenize as Python: (?!unexpected ' ')"):
        syntax.label(code)


def test_only_text_is_labelled():
    with pytest.raises(TypeError, match="expected a str, got bytes"):
        syntax.label(b"x")


def test_the_corpus_is_what_this_python_says_of_it():
    """Frozen by 3.11; newer Pythons take f-strings to pieces, and must agree all the same."""
    corpus = syntax.corpus()
    assert corpus.python.startswith("3.11.")
    assert [len(part.codes) for part in corpus[:3]] == [698_752, 61_523, 142_900]
    for part in corpus[:3]:
        assert part.codes.dtype == part.labels.dtype == np.int64
        assert np.array_equal(syntax.label(text.decode(part.codes)), part.labels)
        assert np.bincount(part.labels, minlength=len(syntax.CLASSES)).min() > 200


def test_the_commonest_class_against_a_plain_count():
    """Neighbours that never occur fall back on fewer; beyond the text there is no neighbour."""
    part = syntax.Labelled(text.encode("a(a a(b aa"), np.array([4, 1, 5, 0, 4, 1, 5, 0, 5, 5]))
    ask = text.encode("a(a) ac(")
    assert syntax.commonest(part, ask).tolist() == [5, 1, 5, 0, 0, 5, 0, 1]  # ) and c never occur: the first class
    assert syntax.commonest(part, ask, after=1).tolist() == [4, 1, 5, 0, 0, 5, 0, 1]
    two = syntax.commonest(part, np.stack([ask, ask[::-1]], axis=1), after=1)
    assert two.shape == (8, 2) and two[:, 0].tolist() == [4, 1, 5, 0, 0, 5, 0, 1]
    with pytest.raises(ValueError, match="at most 8 neighbours"):
        syntax.commonest(part, ask, 5, 4)


def test_the_commonest_class_in_a_wider_neighbourhood_is_righter():
    corpus = syntax.corpus()
    codes, labels = corpus.test.codes[:20_000], corpus.test.labels[:20_000]
    right = [(syntax.commonest(corpus.train, codes, *reach) == labels).mean() for reach in ((0, 0), (2, 0), (2, 2))]
    assert right == sorted(right) and right[0] < right[2] - 0.05


def test_stretches_begin_where_a_line_outside_strings_begins():
    part = syntax.corpus().test
    codes, labels = syntax.stretches(part, 800)
    assert codes.shape == labels.shape == (800, 159)
    assert 0.85 < codes.size / part.codes.size < 1
    whole = text.decode(part.codes)
    starts = [whole.index(text.decode(column)) for column in codes.T]
    assert (np.diff(starts) >= 800).all()
    assert all(at == 0 or (whole[at - 1] == "\n" and part.labels[at - 1] == 0) for at in starts)
    with pytest.raises(ValueError, match="too few"):
        syntax.stretches(part, 200_000)

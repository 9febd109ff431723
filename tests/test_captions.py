"""Captions: the rule against measures by other means, and the network against torch."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from experiments import captions as experiment
from helpers import captioner, captions, digits
from helpers.captions import LONGEST, STOP, WORDS
from helpers.data import make_captioner

torch.set_num_threads(1)
DATA = digits.load()


def picture(*rows):
    """Rows of # and . as a picture with the caption's ink."""
    return np.array([[float(c == "#") for c in row] for row in rows])


UPRIGHT = picture(*[".." * 4, *["...##..."] * 6, ".." * 4])
SLANTED = picture("......#.", ".....#..", ".....#..", "....#...", "...#....", "..#.....", "..#.....", ".#......")
TOP = picture("########", "########", "########", *["........"] * 5)


def test_measures_by_hand():
    upright, slanted, top, empty = zip(*captions.measure(np.stack([UPRIGHT, SLANTED, TOP, 0 * TOP])), strict=True)
    assert_allclose(upright, (12 / 64, 0, 0), atol=1e-12)
    assert slanted[0] == 8 / 64 and 0.7 < slanted[1] < 0.8
    assert_allclose(top, (24 / 64, 0, 2.5), atol=1e-12)
    assert empty == (0, 0, 0)


def test_the_lean_is_the_slope_of_a_weighted_line_and_mirrors():
    images = DATA.test_images[:40]
    lean = captions.measure(images).lean
    up, right = -np.repeat(np.arange(8), 8), np.tile(np.arange(8), 8)
    for image, found in zip(images, lean, strict=True):
        assert found == pytest.approx(np.polyfit(up, right, 1, w=np.sqrt(image.ravel()))[0], abs=1e-9)
    assert_allclose(captions.measure(images[:, :, ::-1]).lean, -lean, atol=1e-12)
    assert_allclose(captions.measure(images[:, ::-1]).height, -captions.measure(images).height, atol=1e-12)


def test_every_word_follows_from_label_and_measures():
    images, labels = DATA.test_images, DATA.test_labels
    for text, label, ink, lean, height in zip(captions.captions(images, labels), labels, *captions.measure(images),
                                              strict=True):
        words = set(text.split())
        assert words & set(captions.DIGITS) == {captions.DIGITS[label]}
        assert (("thin" in words), ("thick" in words)) == (ink < 0.28, ink >= 0.33)
        assert (("left" in words), ("right" in words)) == (lean < -0.07, lean >= 0.07)
        assert (("bottom" in words), ("top" in words)) == (height < -0.25, height >= 0.25)
        ordinary = 0.28 <= ink < 0.33 and -0.07 <= lean < 0.07 and -0.25 <= height < 0.25
        assert ("ordinary" in words) == ordinary
    assert captions.captions(UPRIGHT[None], [1]) == ["a thin one ."]
    assert captions.captions(SLANTED[None], [7]) == ["a thin seven that leans right ."]
    assert captions.captions(TOP[None], [8]) == ["a thick eight that is heavier at the top ."]


def test_sentences_agree_and_end():
    lengths = {len(text.split()) for text in captions.SENTENCES}
    assert len(captions.SENTENCES) == 270 and (min(lengths), max(lengths)) == (4, LONGEST)
    for text in captions.SENTENCES:
        article, noun, *_, last = text.split()
        assert (article == "an") == (noun in ("eight", "ordinary")) and last == WORDS[STOP]
    assert {word for text in captions.SENTENCES for word in text.split()} == set(WORDS)


def test_codes_and_back():
    texts = sorted(captions.SENTENCES)
    codes = captions.to_codes(texts)
    assert codes.shape == (LONGEST, 270) and ((codes == STOP).sum(axis=0) == 1).all()
    assert captions.to_texts(np.maximum(codes, 0)) == texts
    assert captions.to_texts([[1], [4], [4]]) == ["a thin thin"]


@pytest.mark.parametrize("way", captioner.WAYS)
def test_the_network_is_that_of_torch(way):
    model = make_captioner.Captioner(way, seed=3).double()
    params, images = make_captioner.params_of(model), DATA.test_images[:5]
    v = np.tile(captioner.look(params, images), (LONGEST, 1, 1))
    written = captioner.describe(params, way, v)
    scores = model((torch.tensor(images), torch.tensor(written.words)))
    assert_allclose(written.log_p, torch.log_softmax(scores, -1).detach(), atol=1e-12)
    assert make_captioner.captions_of(model.float(), images) == captions.to_texts(written.words)


def test_the_step_is_the_formula_and_the_picture_a_bias():
    model = make_captioner.Captioner("every step", seed=1).double()
    params = make_captioner.params_of(model)
    rng = np.random.default_rng(0)
    x, s, v = np.eye(len(WORDS))[[3, 7]], rng.normal(size=(2, 64)), rng.normal(size=(2, 48))
    got = captioner.caption_step(params, x, s, v)
    want = np.tanh(x @ params.W_xh + s @ params.W_hh + v @ params.W_ih + params.b)
    assert_allclose(got, want, atol=1e-14)
    _, torch_state = model.recurrent(torch.tensor(np.concatenate([x, v], axis=1))[None], torch.tensor(s)[None])
    assert_allclose(got, torch_state[0].detach(), atol=1e-12)
    biased = params._replace(b=params.b + v[0] @ params.W_ih)
    assert_allclose(captioner.caption_step(biased, x[:1], s[:1]), got[:1], atol=1e-14)


def test_describing_goes_step_by_step():
    """The ways, written out with `caption_step`: at which steps the picture's term is there."""
    for way in ("every step", "first step", "before the words"):
        params = captioner.trained(way)
        v = captioner.look(params, DATA.test_images[:4])
        none = np.zeros((4, len(WORDS)))
        s = np.zeros((4, 64))
        if way == "before the words":
            s = captioner.caption_step(params, none, s, v)
        word = np.full(4, STOP)
        written = captioner.describe(params, way, np.tile(v, (LONGEST, 1, 1)))
        for t in range(LONGEST):
            seen = v if way == "every step" or (way == "first step" and t == 0) else None
            s = captioner.caption_step(params, np.eye(len(WORDS))[word], s, seen)
            word = (s @ params.W_y + params.b_y).argmax(axis=1)
            np.testing.assert_array_equal(word, written.words[t])


def test_followers_take_over_the_words_of_the_first():
    params = captioner.trained("every step")
    v = np.tile(captioner.look(params, DATA.test_images[:3]), (LONGEST, 1, 1))
    together, alone = (captioner.describe(params, "every step", v, follow=f) for f in (True, False))
    assert (together.words == alone.words[:, :1]).all() and (alone.words[:, 1] != alone.words[:, 0]).any()
    assert_allclose(together.log_p[:, 0], alone.log_p[:, 0])


def test_the_networks_have_equally_many_parameters():
    sizes = [sum(p.numel() for p in model.parameters()) - model.recurrent.bias_hh_l0.numel()
             for model in map(make_captioner.Captioner, make_captioner.HIDDEN)]
    assert max(sizes) / min(sizes) < 1.004


def test_copies_are_captioned_as_what_they_have_become():
    images, labels = make_captioner.enlarged(DATA.train_images[:50], DATA.train_labels[:50])
    assert images.shape == (500, 8, 8) and images.min() == 0 and images.max() == 1
    np.testing.assert_array_equal(images[:50], DATA.train_images[:50])
    np.testing.assert_array_equal(labels, np.tile(DATA.train_labels[:50], 10))
    ink = captions.measure(images).ink.reshape(10, 50)
    assert 0.06 < (ink.std(axis=0) / ink.mean(axis=0)).mean() < 0.14


def test_the_shipped_networks_are_as_good_as_their_file_says():
    wanted = captions.captions(DATA.test_images, DATA.test_labels)
    with np.load(make_captioner.PATH) as stored:
        for way in captioner.WAYS:
            texts = make_captioner.written(way, DATA.test_images)
            assert np.mean(np.array(texts) == wanted) == pytest.approx(stored[f"{way} exact"])
            assert np.mean([text in captions.SENTENCES for text in texts]) > 0.99


def test_what_counts_as_right():
    wanted = ["a thin one .", "an ordinary six ."]
    assert set(experiment.compare(wanted, wanted).values()) == {1.0}
    found = experiment.compare(["a thin one that leans left .", "a thick six"], wanted)
    assert found == {"exact": 0.0, "sentence": 0.5, "digit": 1.0, "ink": 0.5, "lean": 0.5, "height": 1.0}

"""Reading a text from states: what is plainly there is named, what is not is guessed, and every half is its own."""

import numpy as np
import pytest

from helpers import recall

CODES = np.random.default_rng(0).integers(0, 5, size=(400, 3))
EVERY = np.ones(CODES.shape, dtype=bool)
ONE_HOT = np.eye(5)[CODES]


def test_what_stands_in_the_features_is_named_and_nothing_else():
    both = np.concatenate([ONE_HOT, np.roll(ONE_HOT, 2, axis=0)], axis=2)
    assert [recall.linear_recall(both, CODES, k, EVERY) for k in (0, 2)] == [1.0, 1.0]
    assert recall.linear_recall(both, CODES, 1, EVERY) < 0.3  # 5 characters, all equally likely


def test_a_rotation_of_the_features_changes_nothing():
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(5, 5)))[0]
    assert recall.linear_recall(ONE_HOT @ turn, CODES, 0, EVERY) == 1.0


def test_a_table_names_the_most_frequent_character_before_a_run():
    text = np.array([0, 1, 2, 0, 1, 3] * 50)[:, None]
    asked = np.ones_like(text, dtype=bool)
    assert [recall.table_recall(text, k, asked, n=2) for k in (0, 1)] == [1.0, 1.0]
    # of the runs 01, 12, 20, 13 and 30 only 01 leaves open what stood before it, once in three places
    assert recall.table_recall(text, 2, asked, n=2) == pytest.approx(5 / 6, abs=0.01)
    assert recall.table_recall(text, 2, text > 1, n=2) == pytest.approx(1 / 2, abs=0.01)


def test_a_run_never_seen_falls_back_to_the_most_frequent_character():
    codes = np.array([1, 1, 1, 1, 2, 3, 3, 3, 1, 3])[:, None]
    assert recall.table_recall(codes, 1, np.ones_like(codes, dtype=bool), n=1) == pytest.approx(1 / 5)


def test_the_second_half_is_scored_by_what_the_first_half_taught():
    codes = np.repeat([[0, 1] * 20, [1, 0] * 20], 5, axis=0)  # five rows of one order, then of the other
    features = np.ones((10, 40, 1))
    features[:5] = features[5:] = np.eye(2)[codes[0]][:, :1]
    assert recall.linear_recall(features, codes, 0, np.ones_like(codes, dtype=bool)) == 0.0


@pytest.mark.parametrize(("change", "error", "says"), [
    ({"k": 400}, ValueError, "k: expected a whole number"), ({"asked": CODES}, TypeError, "asked: expected bools"),
    ({"asked": ~EVERY}, ValueError, "in both halves"), ({"features": ONE_HOT[:9]}, ValueError, "features: expected"),
    ({"features": ONE_HOT * np.nan}, ValueError, "features: expected finite"),
    ({"codes": CODES / 2}, TypeError, "codes: expected whole numbers"),
])
def test_what_cannot_be_asked_is_refused(change, error, says):
    given = {"features": ONE_HOT, "codes": CODES, "k": 1, "asked": EVERY} | change
    with pytest.raises(error, match=says):
        recall.linear_recall(**given)

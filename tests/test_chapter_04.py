"""Chapter 04: the sentences about runs that the chapter only plots, against the numbers that come with the package."""

import numpy as np
import pytest

from helpers.measured import measured

SHUT = ("LSTM, forget bias 5, input bias −3", "LSTM, chrono", "LSTM, forget gate held at 1, input bias −3")
BLIND = ("LSTM, forget bias 0", "LSTM, forget bias 1", "LSTM, forget bias 2", "LSTM, input bias −3",
         "tanh RNN, uniform", "tanh RNN, orthogonal")


@pytest.fixture(scope="module")
def stream():
    return measured("reber")


@pytest.fixture(scope="module")
def biases():
    return {task: found["100"] for task, found in measured("gate_biases").items()}


def test_with_a_forget_gate_every_network_learns_the_stream_and_reset_by_hand_every_one_of_1997(stream):
    for net in ("LSTM with forget gate", "LSTM of 1997, reset at each string"):
        assert min(stream[net]["again"] + stream[f"{net}, truncated"]["again"]) >= 0.999


def test_without_one_three_of_five_guess_if_the_gradient_is_truncated(stream):
    again = sorted(stream["LSTM of 1997, truncated"]["again"])
    assert again[2] < 0.55 and again[3] > 0.999


def test_without_one_the_full_gradient_learns_it_and_so_does_a_tanh_network(stream):
    again = sorted(stream["LSTM of 1997"]["again"])
    assert 0.975 < again[0] < 0.985 and again[1] > 0.999
    assert min(stream["tanh RNN"]["again"]) > 0.998 and max(stream["tanh RNN, truncated"]["again"]) < 0.65


def test_only_the_cells_of_1997_run_away_in_a_straight_line(stream):
    for end in ("", ", truncated"):
        away = np.array(stream[f"LSTM of 1997{end}"]["cell"])
        np.testing.assert_allclose(away[:, -1] / away[:, -2], 2.0, rtol=0.05)  # twice the letters, twice the cell
        assert away[:, -1].min() > 1_000 and np.max(stream[f"LSTM with forget gate{end}"]["cell"]) < 100


def test_shut_input_gates_and_open_forget_gates_solve_what_half_of_it_does_not(biases):
    adding, order = biases["adding"], biases["temporal order"]
    assert all(all(adding[net]["solved"]) for net in SHUT)
    assert [sum(order[net]["solved"]) for net in SHUT] == [5, 4, 5]
    assert not any(any(biases[task][net]["solved"]) for task in biases for net in BLIND)
    assert max(max(adding[net]["right"]) for net in BLIND) < 0.2
    assert max(max(order[net]["right"]) for net in BLIND) < 0.3


def test_open_forget_gates_alone_are_on_their_way(biases):
    right = sorted(biases["adding"]["LSTM, forget bias 5"]["right"])
    assert right[0] < 0.2 and 0.6 < right[1] <= right[4] < 0.99
    assert sum(biases["temporal order"]["LSTM, forget bias 5"]["solved"]) == 1


def test_the_chapter_trains_at_the_rates_that_the_long_runs_chose(biases):
    rates = {net: biases["adding"][net]["rate"] for net in (*SHUT[::2], "LSTM, forget bias 5", "LSTM, input bias −3",
                                                           "LSTM, forget bias 0", "tanh RNN, uniform")}
    assert list(rates.values()) == [0.03, 0.03, 0.003, 0.003, 0.003, 0.001]


def test_far_from_any_sign_each_named_cell_tells_more_than_the_last_sixteen_characters():
    nets = measured("readable_cells")["networks"]
    for _, name, everywhere, _ in measured("readable_cells")["meanings"]:
        large, guess = nets["large"][name][0], nets["last 16"][name][0]
        assert abs(large["far"]) > guess["far"]
        assert (abs(everywhere) < guess["correlation"]) is (name in ("column", "indentation"))


def test_the_reader_costs_about_as_much_as_counts_of_five_characters():
    found = measured("next_character")
    counts = found["counts"]["test"]
    assert counts[6] < found["bits"]["large"] < counts[5] and round(counts[5] - counts[20], 2) == 0.15

"""Results are collected from what students hand in; here a student works in a notebook that a real kernel runs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pytest

from live_figures.__main__ import main
from live_figures.exercises.collect import collect
from live_figures.exercises.verdict import MIME

nbclient = pytest.importorskip("nbclient")

STUB = "def bias_for_half_life(k):\n    ...\n\n\ncheck.bias_for_half_life(bias_for_half_life)"
WORK = {
    "": "from helpers.checks import ch04 as check",
    "ch04.one_percent": "check.one_percent(5)\ncheck.one_percent(7)",
    "ch04.gates_to_hide": 'check.gates_to_hide("shut")',
    "ch04.bias_for_half_life": STUB,
    "ch04.explode": "1 / 0\nexplode = ...\ncheck.explode(explode)",
}


@pytest.fixture(scope="module")
def student(tmp_path_factory):
    """A student's folder: one exercise right at the second try, one wrong, one stub that ran, one cell that fails."""
    code = nbformat.v4.new_code_cell
    cells = [code(source, metadata={"exercise": key} if key else {}) for key, source in WORK.items()]
    book = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(book, allow_errors=True, kernel_name="python3").execute()
    folder = tmp_path_factory.mktemp("class") / "ada"
    folder.mkdir()
    nbformat.write(book, folder / "04.ipynb")
    return folder


def states(results: dict) -> dict[str, str]:
    return {key.removeprefix("ch04."): one["state"] for key, one in results.items()}


def test_what_a_notebook_holds_is_read_without_running_it(student):
    gathered = collect([student])
    assert gathered["problems"] == [] and list(gathered["students"]) == ["ada"]
    results = gathered["students"]["ada"]
    assert states(results) == {"one_percent": "right", "gates_to_hide": "wrong", "bias_for_half_life": "open",
                               "explode": "open"}
    assert results["ch04.explode"]["error"] == "ZeroDivisionError: division by zero"
    solved = results["ch04.one_percent"]
    assert (solved["attempts"], solved["file"]) == (2, "04.ipynb") and solved["date"].endswith("+00:00")


def test_a_verdict_that_was_written_by_hand_does_not_survive_a_rerun(student, tmp_path):
    folder = tmp_path / "ben"
    folder.mkdir()
    book = nbformat.read(student / "04.ipynb", as_version=4)
    for output in (output for cell in book.cells for output in cell.outputs if MIME in output.get("data", {})):
        output.data[MIME]["state"] = "right"
    nbformat.write(book, folder / "04.ipynb")
    assert set(states(collect([folder])["students"]["ben"]).values()) == {"right", "open"}
    gathered = collect([folder], rerun=True)
    results = gathered["students"]["ben"]
    assert gathered["problems"] == [] and states(results)["one_percent"] == "right"
    assert results["ch04.gates_to_hide"] | {"date": ""} == {
        "state": "wrong", "file": "04.ipynb", "attempts": 1, "date": "", "saved": "right"}
    assert results["ch04.bias_for_half_life"] == {"state": "open", "file": "04.ipynb", "saved": "right"}


def test_a_cell_that_failed_in_a_rerun_is_named_for_what_follows_it(student, tmp_path):
    book = nbformat.read(student / "04.ipynb", as_version=4)
    book.cells[0].source = "import a_package_that_is_nowhere\n" + book.cells[0].source
    nbformat.write(book, tmp_path / "04.ipynb")
    gathered = collect([tmp_path], rerun=True)
    assert gathered["problems"] == [f"{tmp_path / '04.ipynb'}: cell 1 failed when it ran again: "
                                    "ModuleNotFoundError: No module named 'a_package_that_is_nowhere'"]
    (results,) = gathered["students"].values()
    assert results["ch04.one_percent"] == {"state": "open", "file": "04.ipynb", "saved": "right",
                                           "error": "NameError: name 'check' is not defined"}


def test_the_record_of_the_pages_counts_too_and_the_further_verdict_stays(student, tmp_path):
    folder = tmp_path / "ada"
    folder.mkdir()
    (folder / "04.ipynb").write_bytes((student / "04.ipynb").read_bytes())
    exercises = {"ch04.one_percent": {"tries": 4}, "ch04.gates_to_hide": {"tries": 3, "solved": True},
                 "ch01.forget_me": {"seen": True}}
    (folder / "progress.json").write_text(json.dumps({"version": 1, "exercises": exercises}))
    results = collect([folder])["students"]["ada"]
    assert (results["ch04.one_percent"]["state"], results["ch04.one_percent"]["attempts"]) == ("right", 4)
    assert results["ch04.gates_to_hide"] == {"state": "right", "file": "progress.json", "attempts": 3}
    assert results["ch01.forget_me"]["state"] == "seen"


def test_what_cannot_be_read_is_named_and_the_rest_is_collected(student, tmp_path):
    folder = tmp_path / "eve"
    folder.mkdir()
    (folder / "broken.ipynb").write_text("{")
    (folder / "other.json").write_text("[1]")
    gathered = collect([student, folder, tmp_path / "nobody"])
    assert len(gathered["students"]["ada"]) == 4 and gathered["students"]["eve"] == {}
    assert [problem.partition(":")[0].rpartition("/")[2] for problem in gathered["problems"]] == [
        "broken.ipynb", "other.json", "nobody"]


NOTEBOOK_3 = '{"nbformat": 3, "worksheets": [{"cells": []}]}'


@pytest.mark.parametrize(("name", "content", "said"), [
    ("work.zip", b"PK\3\4" + 9999 * b"\xff", "unpack it first"),
    ("work.ipynb", b"", "empty"),
    ("work.ipynb", NOTEBOOK_3.encode(), "open it in JupyterLab"),
    ("work.ipynb", b'{"cells": [7]}', "not built like a notebook"),
    ("work.ipynb", b'{"cells": []}', "no exercise"),
    ("work.json", b'{"name": "a-package"}', "page of progress"),
])  # fmt: skip
def test_what_is_wrong_with_a_file_is_said_in_a_line(name, content, said, tmp_path):
    (tmp_path / name).write_bytes(content)
    for path in (tmp_path, tmp_path / name):  # a student's folder, and a file by itself
        (problem,) = collect([path])["problems"]
        assert said in problem and len(problem) < 300


def test_a_file_that_cannot_be_opened_takes_nobody_else_s_results_away(student, tmp_path):
    (tmp_path / "04.ipynb").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.ipynb").mkdir()
    gathered = collect([tmp_path, student])
    assert len(gathered["students"]["ada"]) == 4 and len(gathered["problems"]) == 1


SWALLOWS = "while True:\n    try:\n        while True:\n            pass\n    except KeyboardInterrupt:\n        pass"


@pytest.mark.parametrize(("code", "said", "after"), [
    ("while True:\n    pass", "RanTooLong", "wrong"),
    (SWALLOWS, "RanTooLong", "open"),
    ("import os\nos._exit(1)", "the kernel died", "open"),
    ("input('Your name?')", "StdinNotImplementedError", "wrong"),
])  # fmt: skip
def test_a_cell_that_stops_a_rerun_costs_no_result_before_it(student, tmp_path, monkeypatch, code, said, after):
    monkeypatch.setattr("live_figures.exercises.collect._CELL", 5)
    monkeypatch.setattr("live_figures.exercises.collect._NOTEBOOK", 15)
    book = nbformat.read(student / "04.ipynb", as_version=4)
    book.metadata["kernelspec"] = {"name": "known-to-the-student-alone", "display_name": "Mine"}
    del book.cells[3:]
    asked = {"exercise": "ch04.explode"} if said == "the kernel died" else {}  # then even a result does not hold it
    book.cells.insert(2, nbformat.v4.new_code_cell(code, metadata=asked))
    nbformat.write(book, tmp_path / "04.ipynb")
    gathered = collect([tmp_path], rerun=True)
    (results,), (problem,) = gathered["students"].values(), gathered["problems"]
    assert (results["ch04.one_percent"]["state"], results["ch04.gates_to_hide"]["state"]) == ("right", after)
    assert "cell 3" in problem and said in problem
    assert results["ch04.gates_to_hide"].get("saved") == ("wrong" if after == "open" else None)


def test_students_of_one_name_are_told_apart_by_the_folders_before_it(student, tmp_path):
    saved = (student / "04.ipynb").read_bytes()
    for name in ("a/ada", "b/ada"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "04.ipynb").write_bytes(saved)
        (tmp_path / f"{name}.ipynb").write_bytes(saved)
    assert set(collect([tmp_path / "a" / "ada", tmp_path / "b" / "ada"])["students"]) == {"a/ada", "b/ada"}
    files = [tmp_path / "a" / "ada.ipynb", tmp_path / "b" / "ada.ipynb", student]
    assert [len(one) for one in collect(files)["students"].values()] == [4, 4, 4]


def test_the_command_prints_json(student, capsys):
    main(["collect", str(student)])
    assert json.loads(capsys.readouterr().out)["students"]["ada"]["ch04.one_percent"]["state"] == "right"


def test_a_name_in_another_encoding_is_printed_too(student, tmp_path, capsys):
    folder = os.fsencode(tmp_path) + b"/M\xfcller"  # as some programs unpack umlauts
    try:
        os.mkdir(folder)
    except OSError:
        pytest.skip("this file system takes no such name")
    path = Path(os.fsdecode(folder))
    (path / "04.ipynb").write_bytes((student / "04.ipynb").read_bytes())
    main(["collect", str(path)])
    assert len(json.loads(capsys.readouterr().out)["students"][path.name]) == 4


def test_the_page_for_teachers_shows_what_results_hold_and_makes_a_table_of_them(student, tmp_path, monkeypatch):
    page = (Path(__file__).parents[2] / "book" / "teaching.md").read_text("utf-8")
    shown = json.loads(page.partition("```json\n")[2].partition("```")[0])
    gathered = collect([student])
    assert set(shown) < set(gathered)
    told, is_so = shown["students"]["Ada Lovelace"], gathered["students"]["ada"]
    assert set(told["ch04.one_percent"]) == set(is_so["ch04.one_percent"])
    monkeypatch.chdir(tmp_path)
    Path("results.json").write_text(json.dumps(gathered | {"students": gathered["students"] | {"Müller, Eva": {}}}))
    exec("import csv" + page.partition("```python\nimport csv")[2].partition("```")[0], {})
    assert Path("points.csv").read_text("utf-8-sig").splitlines() == [
        "student,ch04.bias_for_half_life,ch04.explode,ch04.gates_to_hide,ch04.one_percent,sum",
        "ada,0,0,0,1,1", '"Müller, Eva",0,0,0,0,0']

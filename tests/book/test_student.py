"""The student edition is brought up to date, and nothing that a student wrote is ever lost."""

from __future__ import annotations

import json

import nbformat
import pytest
import student

ASKS = nbformat.v4.new_markdown_cell("### Exercise", id="asks")
STUB = nbformat.v4.new_code_cell("answer = ...", id="stub")


def write(folder, *texts):
    """A folder as `make notebooks` leaves it, whose notebook says `texts`."""
    (folder / "chapters").mkdir(parents=True, exist_ok=True)
    cells = [nbformat.v4.new_markdown_cell(text, id=f"text-{k}") for k, text in enumerate(texts)]
    nbformat.write(nbformat.v4.new_notebook(cells=[*cells, ASKS, STUB]), folder / "chapters" / "01.ipynb")
    (folder / "requirements.txt").write_text("numpy\n")
    (folder / "README.md").write_text("How to start.")


@pytest.fixture
def folders(tmp_path):
    """The exported notebooks, and where the student edition goes."""
    write(tmp_path / "from", "First.")
    return tmp_path / "from", tmp_path / "to"


def test_an_empty_folder_gets_all_that_a_student_needs(folders):
    source, target = folders
    assert student.export(source, target)["written"] == ["README.md", "chapters/01.ipynb", "requirements.txt"]
    assert (target / "chapters" / "01.ipynb").read_bytes() == (source / "chapters" / "01.ipynb").read_bytes()


def test_what_nobody_changed_is_brought_up_to_date(folders):
    source, target = folders
    student.export(source, target)
    write(source, "Second.")
    done = student.export(source, target)
    assert done == {"written": ["README.md", "chapters/01.ipynb", "requirements.txt"], "kept": [], "beside": []}
    assert "Second." in (target / "chapters" / "01.ipynb").read_text()


def test_what_a_student_wrote_stays_and_the_new_stands_beside_it(folders):
    source, target = folders
    student.export(source, target)
    mine = target / "chapters" / "01.ipynb"
    mine.write_text(mine.read_text().replace("answer = ...", "answer = 41"))
    assert student.export(source, target)["beside"] == []  # nothing is new
    write(source, "Second.")
    done = student.export(source, target)
    assert (done["kept"], done["beside"]) == (["chapters/01.ipynb"], ["chapters/01.new.ipynb"])
    assert "answer = 41" in mine.read_text() and "Second." not in mine.read_text()
    assert "Second." in (target / "chapters" / "01.new.ipynb").read_text()
    assert student.export(source, target)["beside"] == []


def test_what_a_student_wrote_in_a_newer_one_stays_too(folders):
    source, target = folders
    student.export(source, target)
    for number, (name, text) in enumerate([("01", "Second."), ("01.new", "Third."), ("01.new2", "Fourth.")]):
        mine = target / "chapters" / f"{name}.ipynb"
        mine.write_text(mine.read_text().replace("answer = ...", f"answer = {number}"))
        write(source, text)
        student.export(source, target)
    kept = {path.name: json.loads(path.read_text()) for path in (target / "chapters").iterdir()}
    assert {name: "".join(book["cells"][2]["source"]) for name, book in kept.items()} == {
        "01.ipynb": "answer = 0", "01.new.ipynb": "answer = 1", "01.new2.ipynb": "answer = 2",
        "01.new3.ipynb": "answer = ..."}


def test_files_that_were_there_before_are_somebodys_work(folders):
    source, target = folders
    write(target, "My own notes.")
    done = student.export(source, target)
    assert done["beside"] == ["chapters/01.new.ipynb"]
    assert "My own notes." in (target / "chapters" / "01.ipynb").read_text()


def test_without_a_readable_record_what_differs_is_somebodys_work(folders):
    source, target = folders
    student.export(source, target)
    (target / ".exported.json").write_text('{"chapters/01')  # the disk was full
    write(source, "Second.")
    done = student.export(source, target)
    assert (done["kept"], done["beside"]) == (["chapters/01.ipynb"], ["chapters/01.new.ipynb"])
    assert "First." in (target / "chapters" / "01.ipynb").read_text()


def test_without_notebooks_it_says_what_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="make notebooks"):
        student.export(tmp_path, tmp_path / "to")

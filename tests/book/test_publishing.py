"""What is published beside the pages: the folder of notebooks, its branch, and the archive for reading offline."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import archive
import notebook_folder
import publish_branch
import pytest
from minibook import ROOT, notebook
from packaging.requirements import Requirement
from rnn_book.reader_notebooks import SOLUTION

URL = "https://github.com/someone/rnn-live"


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> Path:
    """Notebooks as a build leaves them."""
    folder = tmp_path_factory.mktemp("exported")
    (folder / "chapters").mkdir()
    for name, title in (("01-rnn", "A loop"), ("04-lstm", "A memory")):
        text = notebook(f"# {title}\n\nWhy?", "x = 1", "# Between", "y = 2", "# End", "z = 3")
        (folder / "chapters" / f"{name}.ipynb").write_text(re.sub(r'"id": "\w+"', '"id": "same"', text))
    return folder


@pytest.fixture(scope="module")
def folder(exported, tmp_path_factory) -> Path:
    """The folder made of them, for a repository that is known."""
    made = tmp_path_factory.mktemp("made") / "notebooks"
    return notebook_folder.make_folder(exported, made, URL, "https://someone.github.io/rnn-live/")


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ---------------------------------------------------------------- the folder
def test_the_folder_holds_the_notebooks_and_what_they_need(folder):
    wheel, = (name for name in _contents(folder) if name.endswith(".whl"))
    assert set(_contents(folder)) == {
        "chapters/01-rnn.ipynb", "chapters/04-lstm.ipynb", "README.md", "LICENSE", "requirements.txt", wheel,
        "binder/requirements.txt", "binder/postBuild", "binder/runtime.txt"}


def test_the_wheel_holds_every_file_of_the_package(folder):
    here = {path.relative_to(ROOT / "src").as_posix() for package in ("helpers", "live_figures")
            for path in (ROOT / "src" / package).rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    bundled = {"live_figures/plotly-entry.cjs", "live_figures/culori-rgb.mjs", "live_figures/static/built/.built"}
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        assert here - bundled == {name for name in wheel.namelist() if ".dist-info/" not in name}


def test_the_same_pages_give_the_same_bytes(exported, folder, tmp_path):
    again = notebook_folder.make_folder(exported, tmp_path / "again", URL, "https://someone.github.io/rnn-live/")
    assert _contents(again) == _contents(folder)


def test_a_machine_of_ones_own_gets_what_was_tested(folder):
    lines = (folder / "requirements.txt").read_text().splitlines()
    wanted = [Requirement(line) for line in lines if line and not line.startswith(("#", "-", "./"))]
    tested = (ROOT / "constraints.txt").read_text().splitlines()
    assert {f"{one.name}{one.specifier}".replace("+cpu", "") for one in wanted} <= set(tested)
    assert {"jupyterlab", "ipywidgets", "numpy", "torch"} <= {one.name for one in wanted}
    torch, = (one for one in wanted if one.name == "torch" and one.marker.evaluate({"sys_platform": "darwin"}))
    assert "+cpu" not in str(torch)  # there is no such build for macOS
    assert (folder / next(line for line in lines if line.startswith("./"))).is_file()


def test_binder_installs_the_wheel(folder, tmp_path):
    here = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PIP_TARGET": str(tmp_path)}
    subprocess.run(["bash", "binder/postBuild"], cwd=folder, check=True, capture_output=True, env=os.environ | here)
    code = "import helpers, helpers.live as live; live.FIGURES.load('lstm_gates'); print(helpers.__file__)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                         env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert Path(ran.stdout.strip()).is_relative_to(tmp_path)


def test_links_are_there_where_they_lead_somewhere(exported, folder, tmp_path):
    known, unknown = (folder / "README.md").read_text(), notebook_folder.readme(exported)
    assert "mybinder.org/v2/gh/someone/rnn-live/notebooks?urlpath=lab/tree/chapters" in known
    assert f"[A memory](chapters/04-lstm.ipynb) · [Colab]({'https://colab.research.google.com/github/'}someone" in known
    assert URL in known and "someone.github.io" in known
    assert "http" not in unknown and "[A memory](chapters/04-lstm.ipynb)" in unknown


def test_students_get_all_but_the_solutions(folder, tmp_path):
    book = json.loads((folder / "chapters" / "01-rnn.ipynb").read_text())
    book["cells"][0]["metadata"]["tags"] = [SOLUTION]
    shutil.copytree(folder, tmp_path / "whole")
    (tmp_path / "whole" / "chapters" / "01-rnn.ipynb").write_text(json.dumps(book))
    made = notebook_folder.make_student_folder(tmp_path / "whole", tmp_path / "made", URL)
    left = json.loads((made / "chapters" / "01-rnn.ipynb").read_text())
    assert left == book | {"cells": book["cells"][1:]}
    assert "Why?" in (made / "chapters" / "04-lstm.ipynb").read_text()
    assert set(_contents(made)) == set(_contents(folder))
    said = (made / "README.md").read_text()
    assert "without the solutions" in said and "rnn-live/student?urlpath" in said


def test_without_a_build_it_says_what_to_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="make book"):
        notebook_folder.make_folder(tmp_path, tmp_path / "made")


# ---------------------------------------------------------------- the branch
def _git(folder: Path, *command: str) -> str:
    git = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    return subprocess.run([*git, *command], check=True, capture_output=True, text=True).stdout


def _files(clone: Path, commit: str) -> list[str]:
    return _git(clone, "ls-tree", "-r", "--name-only", commit).split()


@pytest.fixture
def clone(tmp_path) -> Path:
    """A clone of a repository that has one commit on `main`."""
    _git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "remote.git")
    _git(tmp_path, "clone", "--quiet", (tmp_path / "remote.git").as_uri(), "clone")
    (tmp_path / "clone" / "source.txt").write_text("source\n")
    for command in (["checkout", "--quiet", "-b", "main"], ["add", "."], ["commit", "--quiet", "-m", "source"],
                    ["push", "--quiet", "origin", "main"]):
        _git(tmp_path / "clone", *command)
    return tmp_path / "clone"


@pytest.fixture
def pages(exported, tmp_path) -> Path:
    """A folder to publish, which a test may change."""
    return shutil.copytree(exported, tmp_path / "pages")


def test_a_folder_becomes_a_branch_and_the_source_stays_as_it_is(clone, pages):
    commit = publish_branch.publish(clone, pages, "notebooks")
    assert _git(clone, "ls-remote", "origin", "refs/heads/notebooks").split()[0] == commit
    assert _files(clone, commit) == ["chapters/01-rnn.ipynb", "chapters/04-lstm.ipynb"]
    assert _git(clone, "status", "--porcelain") == "" and (clone / "source.txt").exists()


def test_what_is_unchanged_makes_no_commit_and_what_is_gone_goes(clone, pages):
    first = publish_branch.publish(clone, pages, "notebooks")
    assert publish_branch.publish(clone, pages, "notebooks") == ""
    (pages / "chapters" / "01-rnn.ipynb").unlink()
    second = publish_branch.publish(clone, pages, "notebooks")
    assert _files(clone, second) == ["chapters/04-lstm.ipynb"]
    assert _git(clone, "rev-parse", f"{second}^").strip() == first


def test_an_empty_folder_is_not_published(clone, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(RuntimeError, match="empty"):
        publish_branch.publish(clone, tmp_path / "empty", "notebooks")


def test_a_student_s_work_outlives_the_next_version(clone, pages, tmp_path):
    """A hub pulls as nbgitpuller does: a shallow clone, later a merge in which the student's lines win."""
    publish_branch.publish(clone, pages, "notebooks")
    student, remote = tmp_path / "student", (tmp_path / "remote.git").as_uri()
    _git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=notebooks", remote, str(student))
    mine, theirs = (folder / "chapters" / "04-lstm.ipynb" for folder in (student, pages))
    mine.write_text(mine.read_text().replace("x = 1", "x = 'mine'"))
    theirs.write_text(theirs.read_text().replace("x = 1", "x = 'theirs'").replace("z = 3", "z = 'new'"))
    publish_branch.publish(clone, pages, "notebooks")
    for command in (["fetch", "--quiet"], ["commit", "--quiet", "-am", "Automatic"],
                    ["merge", "--quiet", "-Xours", "origin/notebooks"]):
        _git(student, *command)
    merged = mine.read_text()
    assert "'mine'" in merged and "'new'" in merged and "'theirs'" not in merged


# ---------------------------------------------------------------- the archive
def test_an_archive_is_the_site_with_the_folder_in_place_of_its_notebooks(folder, tmp_path):
    site = tmp_path / "site"
    (site / "notebooks" / "chapters").mkdir(parents=True)
    (site / "notebooks" / "chapters" / "04-lstm.ipynb").write_text("from the build")
    (site / "index.html").write_text("<p>Home</p>")
    sizes = [archive.write_archive(site, folder, tmp_path / name) for name in ("a.zip", "b.zip")]
    assert sizes[0] == (tmp_path / "a.zip").stat().st_size
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as packed:
        names = set(packed.namelist())
        assert {"rnn-live/index.html", "rnn-live/README.txt", "rnn-live/LICENSE"} < names
        assert {f"rnn-live/notebooks/{name}" for name in _contents(folder)} < names
        assert packed.read("rnn-live/notebooks/chapters/04-lstm.ipynb") != b"from the build"
        said = packed.read("rnn-live/README.txt").decode()
    assert "index.html" in said and "requirements.txt" in said and next(folder.glob("*.whl")).name in said


def test_without_a_site_it_says_what_to_run(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match="make book"):
        archive.write_archive(tmp_path, folder, tmp_path / "a.zip")

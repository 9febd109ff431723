"""What students did, gathered from what they hand in: notebooks as they saved them, and copies of their page's record.

Each verdict in a notebook carries what it was about, so that reading is enough. Nothing of a student's is run unless
`rerun` asks for it.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from time import monotonic

from .verdict import MIME

__all__ = ["STATES", "collect"]

STATES = ("open", "seen", "wrong", "right")  # untouched; the solution was looked at; tried; solved: a later one wins
_CELL, _NOTEBOOK = 600, 1800  # seconds that each may run again
_LONG = {"ename": "RanTooLong", "evalue": f"interrupted: a cell may run {_CELL // 60} minutes, "
                                          f"a notebook {_NOTEBOOK // 60}"}
_DEAD = "DeadKernelError"
_PACKED = (".zip", ".gz", ".tgz", ".tar", ".7z", ".rar")
_HOLDS = {".ipynb": ("cells", "no notebook, or one of an old format: open it in JupyterLab, and save it there"),
          ".json": ("exercises", "not what the page of progress saves")}  # ending -> what is in it, what if that is not


def collect(handed_in: Iterable[Path], rerun: bool = False, tell: Callable[[Path], None] = lambda file: None) -> dict:
    """What each student did: `{"students": {name: {exercise: {"state": ..., ...}}}, "problems": [...]}`.

    One path a student, who is called as it is: a folder with all below it, or a file; folders before it tell those of
    one name apart. What is saved can be forged. With `rerun` the notebooks run in fresh kernels, **on this machine and
    with your rights**. Where a saved verdict was another, it stands under "saved". A cell outside the exercises that
    failed is a problem: what follows may be open only because of it. `tell` is given each file before it is read.
    Raises ModuleNotFoundError where running needs nbclient.
    """
    students: dict[str, dict] = {}
    problems: list[str] = []
    paths = [path.resolve() for path in handed_in]
    for path, name in zip(paths, _names(paths), strict=True):
        known, before = students.setdefault(name, {}), len(problems)
        files = _files(path)
        if not files:
            problems.append(f"{path}: no notebook and no saved progress is there")
        for file in files:
            tell(file)
            try:
                results, failed = _read(file, rerun)
                _merge(known, results)
                problems += [f"{file}: {one}" for one in failed]
            except (KeyError, TypeError, AttributeError) as error:
                problems.append(f"{file}: not built like a notebook or saved progress: {error!r}")
            except (ValueError, OSError, RuntimeError) as error:  # RuntimeError: a kernel that does not start
                problems.append(f"{file}: {error}")
        if not known and len(problems) == before:
            problems.append(f"{path}: no exercise is in what is there")
    return {"version": 1, "rerun": rerun, "students": students, "problems": problems}


def _names(paths: list[Path]) -> list[str]:
    """What students are called: the ends of their paths, as short as tells them all apart."""
    parts = [path.with_suffix("").parts if path.is_file() else path.parts for path in paths]
    depth = 1
    while len({one[-depth:] for one in parts}) < len(set(parts)):
        depth += 1
    return ["/".join(one[-depth:]) for one in parts]


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    rank = dict.fromkeys(_PACKED, len(_HOLDS)) | {ending: place for place, ending in enumerate(_HOLDS)}
    found = sorted((file for file in path.rglob("*") if file.suffix.lower() in rank and not file.is_dir()),
                   key=lambda file: (rank[file.suffix.lower()], file))
    return [file for file in found if not any(part.startswith(".") for part in file.relative_to(path).parts)]


def _merge(known: dict, found: dict) -> None:
    """Add what a file says; of two verdicts on an exercise the further one stays, with the larger count of attempts."""
    for key, result in found.items():
        old = known.get(key, result)
        attempts = max(old.get("attempts", 0), result.get("attempts", 0))
        further = max(old, result, key=lambda one: STATES.index(one["state"]))
        known[key] = further | ({"attempts": attempts} if attempts else {})


def _read(file: Path, rerun: bool) -> tuple[dict, list[str]]:
    """The results in a file, and what failed outside of exercises when it ran again."""
    held = _opened(file)
    if file.suffix.lower() != ".ipynb":
        return _of_record(held, file), []
    saved = _of_notebook(held, file)
    if not rerun:
        return saved, []
    fresh = _run(file)
    return {key: _checked(result, saved.get(key)) for key, result in _of_notebook(fresh, file).items()}, _failed(fresh)


def _opened(file: Path) -> dict:
    """What a file holds; raises ValueError with what is wrong with it, and OSError."""
    if file.suffix.lower() in _PACKED:
        raise ValueError("packed: unpack it first")
    content = file.read_bytes()
    if not content.strip():
        raise ValueError("an empty file")
    try:
        held = json.loads(content.decode("utf-8-sig"))
    except ValueError as error:
        raise ValueError(f"neither a notebook nor saved progress: {error}") from None
    part, otherwise = _HOLDS.get(file.suffix.lower(), _HOLDS[".json"])
    if not isinstance(held, dict) or part not in held:
        raise ValueError(otherwise)
    return held


def _checked(result: dict, saved: dict | None) -> dict:
    """A result of a fresh run, with the count and the date of the saved one, and its state where that was another."""
    if saved is None or saved["state"] == result["state"]:
        return result | {name: saved[name] for name in ("attempts", "date") if saved and name in saved}
    return result | {"saved": saved["state"]}


# ---------------------------------------------------------------- a notebook
def _of_notebook(notebook: dict, file: Path) -> dict:
    """The verdicts that a notebook's outputs hold; "open", with the error if there was one, for exercises without."""
    results: dict[str, dict] = {}
    for cell in notebook["cells"]:
        if asked := cell.get("metadata", {}).get("exercise"):
            error = _error(cell)
            _merge(results, {asked: {"state": "open", "file": file.name} | ({"error": error} if error else {})})
        for record in _records(cell):
            details = {"attempts": record.get("attempt", 0), "date": record.get("date", "")}
            kept = {name: value for name, value in details.items() if value and record["state"] != "open"}
            _merge(results, {record["exercise"]: {"state": record["state"], "file": file.name} | kept})
    return results


def _records(cell: dict) -> list[dict]:
    found = (output.get("data", {}).get(MIME) for output in cell.get("outputs", []))
    return [one for one in found if isinstance(one, dict) and isinstance(one.get("exercise"), str)
            and one.get("state") in STATES]


def _error(cell: dict) -> str:
    """What a cell ended with, or nothing: its last line, as Jupyter prints it."""
    found = (output for output in cell.get("outputs", []) if output.get("output_type") == "error")
    return next((f"{output.get('ename')}: {output.get('evalue')}".strip() for output in found), "")


def _failed(notebook: dict) -> list[str]:
    """Failures that an exercise's result does not hold: those of other cells, and the end of the kernel."""
    errors = ((place, cell, _error(cell)) for place, cell in enumerate(notebook["cells"], start=1))
    return [f"cell {place} failed when it ran again: {error}" for place, cell, error in errors
            if error and ("exercise" not in cell.metadata or error.startswith(_DEAD))]


def _run(file: Path) -> dict:
    """The notebook as a fresh kernel leaves it, in an empty folder. A cell that fails or runs too long does not stop
    those after it; one with which the kernel dies does.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError

    def ended(cell, ename: str, evalue: str) -> None:
        cell.outputs.insert(0, nbformat.v4.new_output("error", ename=ename, evalue=evalue))

    def interrupted(cell, cell_index: int, execute_reply: dict) -> None:
        if execute_reply["content"]["ename"] == _LONG["ename"]:
            ended(cell, **_LONG)

    notebook, end, running = nbformat.read(file, as_version=4), monotonic() + _NOTEBOOK, []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook, kernel_name="python3", resources={"metadata": {"path": folder}},  # its own may be unknown here
            timeout_func=lambda cell: max(1, min(_CELL, end - monotonic())), interrupt_on_timeout=True,
            error_on_timeout=_LONG, allow_errors=True, on_cell_error=interrupted,
            on_cell_execute=lambda cell, cell_index: running.append(cell))  # fmt: skip
        try:
            client.execute()
        except DeadKernelError:
            ended(running[-1], _DEAD, "the kernel died with this cell, and what follows did not run")
    return notebook


# ---------------------------------------------------------------- the record of the pages
def _of_record(record: dict, file: Path) -> dict:
    """What a copy saved on the page of progress says; a page keeps no dates."""
    records = record["exercises"].items()
    return {key: _marked(one) | {"file": file.name} for key, one in records if isinstance(one, dict)}


def _marked(one: dict) -> dict:
    tries = one.get("tries", 0)
    state = "right" if one.get("solved") else "wrong" if tries else "seen" if one.get("seen") else "open"
    return {"state": state} | ({"attempts": tries} if tries else {})

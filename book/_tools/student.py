"""A folder of the student edition, brought up to date without touching students' work.

    python book/_tools/student.py _build/student student

A file that is as the last export wrote it is written again. One that somebody changed stays as it is; where the export
has something new for it, that goes beside it, as `NAME.new.ipynb`.
Where the record of what was written cannot be read, whatever differs counts as changed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path

__all__ = ["export"]

_WRITTEN = ".exported.json"  # path -> digest of what the last export wrote there


def export(source: Path, target: Path) -> dict[str, list[str]]:
    """Bring `target` up to date with the notebooks and what else is in `source`; returns the paths "written", "kept"
    as a student left them, and written "beside" those. Raises FileNotFoundError where `source` holds no notebook.
    """
    if not any(source.rglob("*.ipynb")):
        raise FileNotFoundError(f"{source} holds no notebook: run `make notebooks` first")
    record = target / _WRITTEN
    written = _read(record)
    done: dict[str, list[str]] = {"written": [], "kept": [], "beside": []}
    for path in sorted(path for path in source.rglob("*") if path.is_file()):
        _bring(path, path.relative_to(source), target, written, done)
    record.write_text(json.dumps(written, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return done


def _read(record: Path) -> dict[str, str]:
    try:
        return json.loads(record.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}


def _bring(path: Path, name: Path, target: Path, written: dict[str, str], done: dict[str, list[str]]) -> None:
    """Write one file where nobody's work is."""
    content = path.read_bytes()
    digest = _digest(content)
    ours = {digest, written.get(name.as_posix())}
    own = (target / name).exists() and _digest((target / name).read_bytes()) not in ours
    if own:
        done["kept"].append(name.as_posix())
        if written.get(name.as_posix()) == digest:  # nothing new since then
            return
    free = _free(name, target, written) if own else name
    (target / free).parent.mkdir(parents=True, exist_ok=True)
    (target / free).write_bytes(content)
    written |= {free.as_posix(): digest, name.as_posix(): digest}
    done["beside" if own else "written"].append(free.as_posix())


def _free(name: Path, target: Path, written: dict[str, str]) -> Path:
    """The first of NAME.new, NAME.new2, ... that is not there, or is as an export wrote it."""
    number = 1
    while True:
        free = name.with_name(f"{name.stem}.new{number if number > 1 else ''}{name.suffix}")
        place = target / free
        if not place.exists() or _digest(place.read_bytes()) == written.get(free.as_posix()):
            return free
        number += 1


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="the edition as it was built, _build/student")
    parser.add_argument("target", type=Path, help="where students' work may be already")
    options = parser.parse_args()
    try:
        done = export(options.source, options.target)
    except OSError as error:
        sys.exit(str(error))
    print(f"{options.target}: {len(done['written'])} written, {len(done['kept'])} kept because they were changed there")
    for name in done["beside"]:
        print(f"  new beside a changed one: {name}")


if __name__ == "__main__":
    main()

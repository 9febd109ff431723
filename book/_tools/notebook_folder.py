"""The folder from which the notebooks run anywhere: they, a wheel of the package, and what to install beside it.

    python book/_tools/notebook_folder.py _build/html/notebooks _build/notebooks _build/student

The first folder is what the branch `notebooks` holds, which Binder, Colab and JupyterHubs open, and a part of the
offline archive; the second is what the branch `student` holds, the same without solutions.
Made twice from the same pages it has the same bytes, so that nothing is published, or pulled by students, for nothing.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from pathlib import Path

from package_wheel import build_wheel
from rnn_book.reader_notebooks import SOLUTION
from rnn_book.repository import NOTEBOOKS, STUDENT, repository_url, site_url

__all__ = ["make_folder", "make_student_folder", "readme", "requirements"]

ROOT = Path(__file__).resolve().parents[2]
_OWN_MACHINE = ("jupyterlab", "ipywidgets")  # Binder and hubs bring their own
_README = """# Notebooks of *Recurrent Neural Networks, Live*

These were exported from the pages of the book{site}{without}. What you write stays in your copy. To change
them for everybody, edit the book{source}, which writes them anew whenever it is published.

{chapters}

{launch}To run them on your own machine you need Python 3.11 or newer. In this folder:

```shell
python -m venv .venv
.venv/bin/python -m pip install -r requirements.txt
.venv/bin/jupyter lab chapters
```

On Windows, say `.venv\\Scripts` for `.venv/bin`; elsewhere, `python3` where there is no `python`. The first two
commands are needed once; only the second uses the network.

Text and figures are under CC BY 4.0, code under the MIT licence; [LICENSE](LICENSE) says which covers what.
"""


def requirements(wheel: str, root: Path = ROOT) -> str:
    """The text of requirements.txt for one's own machine: Binder's pins, the frontends, and the wheel beside it."""
    lines = (root / "binder" / "requirements.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith(("#", "-", "torch"))]
    torch = next(line for line in lines if line.startswith("torch==")).removesuffix("+cpu")
    tested = (root / "constraints.txt").read_text("utf-8").splitlines()
    frontends = [line for line in tested if line.partition("==")[0] in _OWN_MACHINE]
    return "\n".join([
        "# At the versions that the book was tested with: python -m pip install -r requirements.txt, in this folder.",
        *(line for line in lines if line.startswith("-")),
        f'{torch}+cpu; sys_platform != "darwin"', f'{torch}; sys_platform == "darwin"',  # macOS: always for the CPU
        *pins, *frontends, f"./{wheel}", "",
    ])  # fmt: skip


def _title(notebook: Path) -> str:
    """The text of the first heading of a notebook, else its name."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    markdown = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    found = re.search(r"^# (.+)$", markdown, re.M)
    return found[1].strip() if found else notebook.stem


def readme(folder: Path, repository: str = "", site: str = "", student: bool = False) -> str:
    """The README of `folder`; links lead to the `repository` and the `site`, and are left out where these are ""."""
    branch = STUDENT if student else NOTEBOOKS
    host, _, name = repository.rpartition("github.com/")
    on_github = name if host == "https://" else ""
    items = []
    for notebook in sorted(folder.glob("**/*.ipynb"), key=lambda path: (path.parent.name != "chapters", path)):
        path = notebook.relative_to(folder).as_posix()
        colab = f" · [Colab](https://colab.research.google.com/github/{on_github}/blob/{branch}/{path})"
        items.append(f"- [{_title(notebook)}]({path}){colab if on_github else ''}")
    binder = f"https://mybinder.org/v2/gh/{on_github}/{branch}?urlpath=lab/tree/chapters"
    return _README.format(
        site=f" at <{site}>" if site else "", without=", without the solutions of the exercises" if student else "",
        source=f" ([source]({repository}))" if repository else "",
        chapters="\n".join(items),
        launch=f"[All of them on Binder]({binder}), with nothing to install.\n\n" if on_github else "",
    )


def make_folder(exported: Path, folder: Path, repository: str = "", site: str = "") -> Path:
    """Write `folder` anew around the notebooks below `exported`; raises FileNotFoundError where none was exported."""
    if not any(exported.glob("**/*.ipynb")):
        raise FileNotFoundError(f"{exported} holds no notebook: run `make book` first")
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(exported, folder)
    wheel = build_wheel(folder)
    shutil.copytree(ROOT / "binder", folder / "binder")
    shutil.copy(ROOT / "LICENSE", folder)
    (folder / "requirements.txt").write_text(requirements(wheel.name), encoding="utf-8")
    (folder / "README.md").write_text(readme(folder, repository, site), encoding="utf-8")
    return folder


def make_student_folder(whole: Path, folder: Path, repository: str = "", site: str = "") -> Path:
    """Write `folder` anew as a copy of what `make_folder` made of the `whole` book, without solutions."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)
    for notebook in folder.glob("**/*.ipynb"):
        book = json.loads(notebook.read_text("utf-8"))
        book["cells"] = [cell for cell in book["cells"] if SOLUTION not in cell["metadata"].get("tags", [])]
        notebook.write_text(json.dumps(book, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(readme(folder, repository, site, student=True), encoding="utf-8")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("exported", type=Path, help="notebooks as the build exported them, _build/html/notebooks")
    parser.add_argument("folder", type=Path, help="where they go; what is there is replaced")
    parser.add_argument("student", type=Path, help="where they go without solutions; what is there is replaced")
    options = parser.parse_args()
    repository = repository_url(ROOT)
    links = (repository, site_url(repository))
    try:
        whole = make_folder(options.exported, options.folder, *links)
    except FileNotFoundError as error:
        sys.exit(str(error))
    for made in (whole, make_student_folder(whole, options.student, *links)):
        size = sum(path.stat().st_size for path in made.glob("**/*") if path.is_file())
        print(f"Written to {made}: {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()

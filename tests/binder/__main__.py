"""`make binder`: what a start on Binder would do, without docker, for the folder that the branch `notebooks` holds.

repo2docker says what it would run; its frozen environment is installed, what the folder asks for goes over it, and
nothing of the environment may move; then every notebook runs there, and its memory is printed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from binder.binder_base import ROOT, python_version

REPO2DOCKER = "jupyter-repo2docker==2026.4.0"
FOLDER = ROOT / "_build" / "notebooks"
PLACE = ROOT / ".venv-binder"


def _run(*command, cwd: Path = ROOT, **environ: str) -> subprocess.CompletedProcess:
    """Run a command and keep what it says; ends the program with that where it fails."""
    done = subprocess.run(list(map(str, command)), cwd=cwd, env=os.environ | environ, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done


def _environment(name: str, *wanted: str) -> Path:
    """The Python of the virtual environment `name`, made with `wanted` where it is missing."""
    python = PLACE / name / "bin" / "python"
    if not python.exists():
        _run(sys.executable, "-m", "venv", PLACE / name)
        _run(python, "-m", "pip", "install", *wanted)
    return python


def _installed(python: Path) -> dict[str, str]:
    lines = _run(python, "-m", "pip", "list", "--format=freeze", "--disable-pip-version-check").stdout.splitlines()
    return dict(line.split("==") for line in lines if "==" in line)


def _dockerfile(tool: Path) -> None:
    """Ask repo2docker for the file that it would build, and look for our steps in it."""
    said = _run(tool.with_name("jupyter-repo2docker"), "--no-build", "--debug", FOLDER).stdout
    for step in ('pip install --no-cache-dir -r "binder/requirements.txt"', "RUN ./binder/postBuild"):
        if step not in said:
            sys.exit(f"repo2docker does not run {step!r}:\n{said}")
    listed = _run(tool, ROOT / "tests" / "binder" / "binder_base.py").stdout
    if listed != (ROOT / "tests" / "binder" / "base.txt").read_text():
        sys.exit(f"base.txt is not what {REPO2DOCKER} brings: write it anew with tests/binder/binder_base.py")
    print(f"{REPO2DOCKER} --no-build: a Python of {python_version()}, our packages, then binder/postBuild", flush=True)


def _install(base: Path) -> None:
    """Do as the Dockerfile says, and compare."""
    before = _installed(base)
    _run(base, "-m", "pip", "install", "-r", "binder/requirements.txt", cwd=FOLDER)
    _run("bash", "binder/postBuild", cwd=FOLDER, PATH=f"{base.parent}{os.pathsep}{os.environ['PATH']}", PYTHONPATH="")
    after = _installed(base)
    moved = {name: (version, after.get(name)) for name, version in before.items()
             if after.get(name) != version and name != "rnn-live-helpers"}
    print(f"{len(after) - len(before)} packages added, {len(moved)} moved: {moved or 'none'}")
    print(_run(base, "-m", "pip", "check").stdout.strip(), flush=True)
    if moved:
        sys.exit("What Binder brings must stay as it is: its frontends depend on it")


def main() -> None:
    if f"{sys.version_info.major}.{sys.version_info.minor}" != python_version():
        sys.exit(f"Binder runs Python {python_version()}: say make PYTHON=python{python_version()} in a fresh clone")
    if not FOLDER.is_dir():
        sys.exit(f"{FOLDER} is missing: run `make notebooks`")
    _dockerfile(_environment("tool", REPO2DOCKER))
    base = _environment("base", "--no-deps", "-r", str(ROOT / "tests" / "binder" / "base.txt"))
    _install(base)
    os.environ["PYTHONPATH"] = ""  # from here on the package is the one that was installed
    subprocess.run([base, ROOT / "tests" / "bench" / "memory.py", FOLDER], check=True)


if __name__ == "__main__":
    main()

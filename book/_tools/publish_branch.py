"""Put a folder on a branch of the remote.

    python book/_tools/publish_branch.py _build/notebooks notebooks

The branch holds the folder alone, and each time one commit more: a forced push would leave everybody who has pulled it,
as JupyterHubs do for students, with a history that no longer joins. What is unchanged makes no commit. Neither the
work tree nor the index of the repository is touched, and nothing but git and Python is needed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["publish"]

_AUTHOR = {"NAME": "The workflow of this book", "EMAIL": "noreply@invalid"}


def _git(repository: Path, *command: str, **environ: str) -> str:
    done = subprocess.run(["git", "-C", str(repository), *command], env=os.environ | environ, text=True,
                          capture_output=True)
    if done.returncode:
        raise RuntimeError(f"git {command[0]}: {done.stderr.strip()}")
    return done.stdout.strip()


def _tree(repository: Path, folder: Path) -> str:
    """The tree object of `folder`, all files of it, by an index of its own."""
    with tempfile.TemporaryDirectory() as temporary:
        own = {"GIT_INDEX_FILE": str(Path(temporary, "index"))}
        _git(repository, f"--work-tree={folder.resolve()}", "add", "--all", "--force", ".", **own)
        return _git(repository, "write-tree", **own)


def _tip(repository: Path, remote: str, branch: str) -> str:
    """The last commit of `branch` on the remote, fetched; "" where there is no such branch."""
    name = f"refs/heads/{branch}"
    if not _git(repository, "ls-remote", remote, name):
        return ""
    _git(repository, "fetch", "--quiet", "--depth=1", remote, name)
    return _git(repository, "rev-parse", "FETCH_HEAD")


def publish(repository: Path, folder: Path, branch: str, remote: str = "origin") -> str:
    """Push `folder` as the next commit of `branch`; returns that commit, or "" where nothing has changed."""
    if not any(folder.glob("*")):
        raise RuntimeError(f"{folder} is empty: a branch of nothing would take the notebooks away from every reader")
    tree, tip = _tree(repository, folder), _tip(repository, remote, branch)
    if tip and _git(repository, "rev-parse", f"{tip}^{{tree}}") == tree:
        return ""
    message = f"Made from {_git(repository, 'rev-parse', 'HEAD')}"
    author = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _AUTHOR.items()}
    commit = _git(repository, "commit-tree", tree, "-m", message, *(["-p", tip] if tip else []), **author)
    _git(repository, "push", "--quiet", remote, f"{commit}:refs/heads/{branch}")
    return commit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("branch")
    parser.add_argument("--remote", default="origin")
    options = parser.parse_args()
    try:
        commit = publish(Path.cwd(), options.folder, options.branch, options.remote)
    except RuntimeError as error:
        sys.exit(str(error))
    print(f"{options.branch}: {commit or 'nothing has changed'}")


if __name__ == "__main__":
    main()

"""Where the repository is, whichever book is built: the tests build small books elsewhere."""

from pathlib import Path

__all__ = ["ROOT"]

ROOT = Path(__file__).resolve().parents[3]

"""Exercise checkers: one file a chapter, `helpers.checks.ch01` for chapter 01."""

import pkgutil

from live_figures import exercises

__all__ = ["words"]


def words() -> dict[str, str]:
    """Every text of every exercise under its stable key, for a translation."""
    return exercises.words(*(f"{__name__}.{module.name}" for module in pkgutil.iter_modules(__path__)))

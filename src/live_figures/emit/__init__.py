"""From a program to the text of a target language."""

from .javascript import Library, emit_program

__all__ = ["Library", "emit_program"]

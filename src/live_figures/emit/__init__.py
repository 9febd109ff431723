"""From a program to the text of a target language.

    walk          what every language shares: order, names, one function for kernels that do the same
    javascript    the spelling of JavaScript; `SPELLINGS` has one entry for each operation of the table
    matmul        loops for matrix products in JavaScript
    indices       whole numbers in JavaScript
    webassembly   the same programs as WebAssembly with SIMD
"""

from .javascript import Library, emit_program

__all__ = ["Library", "emit_program"]

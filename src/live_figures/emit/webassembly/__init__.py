"""From a program to WebAssembly with SIMD, as text and assembled.

    module        one memory, programs as functions, imports
    kernels       a kernel as a function: scalars, and loops by lanes
    lanes         when a loop may be written by lanes
    operations    the spelling of every operation of the table
    elementary    exp and tanh by lanes
    products      matrix products
    assembling    text to bytes, by npm's wabt in one node process
"""

from .assembling import assemble
from .module import Module

__all__ = ["Module", "assemble"]

"""The playground: small recurrent networks that train in the page, in NumPy and in torch on the same numbers.

    tasks      what is learned: batches drawn from a seed and a step, and what simple answers cost
    text       the text that a reader gives, as numbers
    network    first weights, one training step, a look inside
    runs       settings, a whole run in NumPy, the code that repeats it
    presets    runs side by side that show a finding, with a question before and what was measured
"""

from .network import (
    CELLS,
    CLIPS,
    OPTIMISERS,
    SIZES,
    STARTS,
    assembled,
    counts,
    drawn,
    initial,
    look,
    shapes,
    step,
    unpack,
)
from .presets import PRESETS, Preset
from .runs import DEFAULTS, LOST, TEMPLATE, History, cell, run, settings
from .tasks import BATCH, LENGTHS, PROBE, TASKS, Task, draw
from .text import FOLDED, LONGEST_TEXT, OTHER, SIGNS, TEXT, Text, encoded, entropies

__all__ = ["BATCH", "CELLS", "CLIPS", "DEFAULTS", "FOLDED", "LENGTHS", "LONGEST_TEXT", "LOST", "OPTIMISERS", "OTHER",
           "PRESETS", "PROBE", "SIGNS", "SIZES", "STARTS", "TASKS", "TEMPLATE", "TEXT", "History", "Preset", "Task",
           "Text", "assembled", "cell", "counts", "draw", "drawn", "encoded", "entropies", "initial", "look", "run",
           "settings", "shapes", "step", "unpack"]

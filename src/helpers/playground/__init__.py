"""The playground: tasks, networks and training runs that NumPy, torch and the page compute alike."""

from .network import CELLS, CLIPS, OPTIMISERS, SIZES, STARTS, initial, shapes, step, unpack
from .tasks import BATCH, LENGTHS, PROBE, TASKS, Task, draw

__all__ = ["BATCH", "CELLS", "CLIPS", "LENGTHS", "OPTIMISERS", "PROBE", "SIZES", "STARTS", "TASKS", "Task", "draw",
           "initial", "shapes", "step", "unpack"]

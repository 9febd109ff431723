"""Work that a reader may end: at the end of a step, by Jupyter's stop button or Ctrl+C; in a thread, between cells."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import contextmanager

__all__ = ["Job", "in_kernel", "interruptible"]

_LOOK = 0.2  # seconds between two looks at a thread


def in_kernel() -> bool:
    """Whether this runs in a notebook's kernel, which lives on when a cell has ended."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


@contextmanager
def interruptible():
    """Give an event that the first interrupt sets while the block runs; a second one raises KeyboardInterrupt.

    Work that asks the event after each step ends with nothing half done. In a thread, which gets no interrupts, the
    event is never set.
    """
    asked = threading.Event()

    def note(_number, _frame):
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)


class Job:
    """`work()` in a thread of its own, begun at once; `stop()` is how to ask it to end, `ended()` hears that it did.

    `error` is the exception that ended it, or None. Jupyter's stop button calls `stop` too, while no cell runs.
    """

    _all: set[Job] = set()  # those that run

    def __init__(self, work: Callable[[], object], stop: Callable[[], object], ended: Callable[[], object]):
        self.error, self._result, self._stop, self._ended = None, None, stop, ended
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        Job._all.add(self)
        self._thread.start()
        _listen()

    def _run(self, work) -> None:
        try:
            self._result = work()
        except BaseException as error:  # told by `result`: a thread's own traceback would be lost
            self.error = error
        Job._all.discard(self)
        self._ended()

    @property
    def running(self) -> bool:
        """Whether the work still runs."""
        return self in Job._all

    def result(self):
        """Wait for the work, which an interrupt asks to stop, and return what it returned, or raise what it raised."""
        with interruptible() as asked:
            while self._thread.is_alive():
                self._thread.join(_LOOK)
                if asked.is_set():
                    self._stop()
        if self.error is not None:
            raise self.error
        return self._result


def _listen() -> None:
    """A kernel ignores interrupts while no cell runs: as long as there are jobs, let one stop them."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return  # not in a kernel, or not in the thread that its interrupts reach

    def look():
        present = signal.getsignal(signal.SIGINT)
        if Job._all:
            if present is signal.SIG_IGN:
                signal.signal(signal.SIGINT, _stop_all)
            loop.call_later(_LOOK, look)
        elif present is _stop_all:
            signal.signal(signal.SIGINT, signal.SIG_IGN)

    loop.call_later(_LOOK, look)


def _stop_all(_number, _frame) -> None:
    for job in list(Job._all):
        job._stop()

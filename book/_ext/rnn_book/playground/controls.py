"""What a reader chooses in the playground, and every word that the page says: data, which a translation replaces."""

from __future__ import annotations

from string import ascii_lowercase

from helpers import playground
from live_figures.controls import Choice, LongText, Slider

__all__ = ["BIASED", "CONTROLS", "CURES", "SHORT", "SPEEDS", "WHOLE", "WORDS"]

_FIRST = playground.DEFAULTS
_LABELS = {
    "cell": {"rnn": "RNN (tanh)", "lstm": "LSTM", "gru": "GRU", "mingru": "minGRU"},
    "hidden": {"8": "8 units", "16": "16 units", "32": "32 units"},
    "optimiser": {"sgd": "SGD", "momentum": "Momentum 0.9", "adam": "Adam"},
    "clip": {"off": "off", "norm": "by norm", "value": "by value"},
    "start": {"uniform": "uniform", "orthogonal": "orthogonal", "identity": "identity"},
}
_LEAST, _MOST = playground.LENGTHS


def _choice(name: str, label: str, labels: dict[str, str]) -> Choice:
    return Choice(name=name, label=label, options=tuple(labels), labels=tuple(labels.values()), value=str(_FIRST[name]))


CONTROLS = (
    _choice("cell", "Cell", _LABELS["cell"]),
    _choice("task", "Task", {key: task.title for key, task in playground.TASKS.items()}),
    Slider(name="length", label="Length", min=_LEAST, max=_MOST, step=1, value=_FIRST["length"], integer=True),
    _choice("hidden", "Hidden size", _LABELS["hidden"]),
    _choice("optimiser", "Optimiser", _LABELS["optimiser"]),
    Slider(name="rate", label="Learning rate", min=1e-4, max=10, step=1e-4, value=_FIRST["rate"], log=True),
    _choice("clip", "Clipping", _LABELS["clip"]),
    Slider(name="threshold", label="Clip at", min=0.01, max=100, step=0.01, value=_FIRST["threshold"], log=True,
           idle=("no_limit", "clipping is off")),
    Slider(name="forget_bias", label="Forget bias", min=-3, max=6, step=0.5, value=_FIRST["forget_bias"],
           idle=("no_bias", "this cell has no gate")),
    _choice("start", "Recurrent weights", _LABELS["start"]),
    Slider(name="seed", label="Seed", min=0, max=99, step=1, value=_FIRST["seed"], integer=True),
    LongText(name="text", label="Text to learn", value=_FIRST["text"], alphabet=ascii_lowercase, min_length=2,
             max_length=playground.LONGEST_TEXT, lines=4),
)
WHOLE = ("hidden",)  # choices that are whole numbers to `helpers.playground`
BIASED = ("lstm", "gru", "mingru")  # cells with a gate that keeps
# How a run is told from the others by what was chosen for it.
SHORT = {
    "cell": "{value}", "task": "{value}", "length": "length {value}", "hidden": "{value}", "optimiser": "{value}",
    "rate": "rate {value}", "clip": "clipping {value}", "threshold": "clip at {value}", "forget_bias": "bias {value}",
    "start": "{value}", "seed": "seed {value}", "text": "“{value}”",
}
SPEEDS = {1: "1 step a second", 10: "10 a second", 100: "100 a second", 0: "as fast as it goes"}
CURES = {"clip": "Clip the gradient to norm 1", "slower": "A tenth of the learning rate"}
WORDS = {
    "training": "Training",
    "play": "Play",
    "pause": "Pause",
    "step": "One step",
    "reset": "Reset",
    "speed": "Speed",
    "runs": "Runs in the plot",
    "add": "Add a run",
    "remove": "Remove this run",
    "chosen": "Chosen for",
    "save": "Save",
    "link": "Copy link",
    "json": "Numbers (JSON)",
    "svg": "Picture (SVG)",
    "png": "Picture (PNG)",
    "python": "Python cell",
    "python_says": "This cell repeats the runs with the course's own code: the same seeds draw the same batches. "
                   "Losses agree to rounding; where a run is chaotic, rounding grows and the two part.",
    "copy": "Copy",
    "close": "Close",
    "inside": "Inside, on one sequence",
    "inside_alt": "Gates and states of the network while it reads one sequence: time from left to right, a row for "
                  "each unit.",
    "loss": "Loss",
    "loss_alt": "The loss of each run by training step, on a logarithmic axis, with the losses of simple answers as "
                "dotted lines.",
    "norm": "Norm of the gradient",
    "norm_alt": "The norm of the gradient by training step, before clipping, on a logarithmic axis.",
    "lags": "Error signal by lag",
    "lags_alt": "How large the gradient of the last output's loss is, so many steps back, on a logarithmic axis.",
    "steps": "training step",
    "back": "steps back from the last output",
    "saved": "A finished run: {steps:d} steps, loss {loss:.3g}",
    "untrained": "Not trained yet.",
    "counted": "Step {steps:d}, loss {loss:.3g}",
    "counted_at": "Step {steps:d}, loss {loss:.3g}, {speed:d} steps a second",
    "paused": "Paused at step {steps:d}.",
    "text_short": "{label} needs at least this many characters: {min}. It goes on with the last text.",
    "text_alike": "{label} needs at least two different signs. It goes on with the last text.",
    "was_reset": "Back at step 0.",
    "diverged": "Run {run} stopped at step {step:d}: it diverged. Its loss is {loss}, the norm of its gradient {norm}. "
                "The curves stay. What to try:",
    "no_number": "no number any more",
    "in_page": "This page was opened from a disk, where browsers give it no thread of its own: it trains here, and "
               "more slowly.",
    "stories": "Guess, then watch",
    "story": "Story",
    "unsure": "Not sure, show me",
    "next": "Next story",
    "again": "Run it again",
    "more": "More in chapter {number}.",
    "running": "It trains. Watch the curves: the answer comes at the end. You can pause, or change anything.",
    "right": "✓ As you said.",
    "wrong": "✗ You said: {guess}",
    "no_scripts": "The playground trains where scripts are allowed; what stands here is a finished run.",
}

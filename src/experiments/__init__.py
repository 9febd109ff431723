"""The papers' experiments, run again: `python -m experiments` fills book/results, one file here an experiment.

Each module declares NAME, CHAPTER (the number of the chapter that it belongs to), TITLE, PAPER (what the paper found),
DEVIATIONS, READING (what ours shows), `settings()`, `run(**setting) -> (solved, sequences, score, ended)`, and
`table(runs)`, the Markdown tables of what we measured. What was measured along a length is drawn as well: `plots(runs)`
gives `helpers.curves.Curves`, each of them data that is drawn when the book is built. `core` has what trains, tunes and
saves, `wording` what writes numbers alike. Where some settings depend on the outcome of others, `finals(runs)` gives
them, and TUNING_SEEDS those that only choose; where a chapter plots what was measured, `summary(runs)` is saved for it.
"""

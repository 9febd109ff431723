"""The papers' experiments, run again: `python -m experiments` fills book/results, one file here an experiment.

Each module declares NAME, TITLE, PAPER (what the paper reports), DEVIATIONS, READING (what ours shows), `settings()`,
`run(**setting) -> (solved, sequences, score, ended)`, and `table(runs)`, the Markdown table of what we measured. Where
some settings depend on the outcome of others, `finals(runs)` gives them; where a chapter plots what was measured,
`summary(runs)` is saved for it.
"""

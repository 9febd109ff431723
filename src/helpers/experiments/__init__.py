"""The papers' experiments, run again: `python -m helpers.experiments` fills book/results, one file here an experiment.

Each module declares NAME, PAPER (what the paper reports, with its source), DEVIATIONS, `settings()` and
`run(**setting) -> (solved, sequences, score, ended)`, and `table(runs)`, the Markdown table of what we measured.
"""

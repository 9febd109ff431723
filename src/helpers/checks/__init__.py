"""Exercise checkers: one file a chapter, `helpers.checks.ch01` for chapter 01."""

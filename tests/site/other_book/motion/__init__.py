"""Two live figures that have nothing to do with networks."""

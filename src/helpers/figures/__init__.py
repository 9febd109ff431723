"""One file a live figure; adding a file here adds the figure to the book, the notebooks and the tests."""

"""Live."""


def setup_live(app):
    pass

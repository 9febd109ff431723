"""Icons."""


def setup_icons(app):
    pass

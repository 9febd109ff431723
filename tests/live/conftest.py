"""One node process for all tests of this folder."""

import pytest
from node import Node


@pytest.fixture(scope="session")
def node():
    with Node() as process:
        yield process

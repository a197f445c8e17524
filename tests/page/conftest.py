"""One browser for all tests of the page."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.helpers.browser import browsing


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with browsing() as found:
        yield found

"""Settings of all tests."""

import os

import pytest
from hypothesis import settings

# Machines that run tests are shared, and a write through to the disk may take long: time is no verdict here.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_xdist_auto_num_workers() -> int:
    """Three workers on two cores: a third of the time of these tests is waiting."""
    cores = os.cpu_count() or 1
    return cores + cores // 2

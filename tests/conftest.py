"""Settings of all tests."""

from hypothesis import settings

# Machines that run tests are shared, and a write through to the disk may take long: time is no verdict here.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")

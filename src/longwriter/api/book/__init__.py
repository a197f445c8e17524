"""Manuscripts that go out as files and come in from them, and are revised."""

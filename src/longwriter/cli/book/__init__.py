"""Commands for manuscripts that go out as files and come in from them, are looked into, and are revised."""

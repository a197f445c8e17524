import pytest

from longwriter.errors import InputError
from longwriter.serve.settings import ServeSettings, checked_token

LONG = "0123456789abcdef"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.1.2.3"])
def test_this_machine_alone_needs_no_token(host: str) -> None:
    assert checked_token(ServeSettings(host=host), None) == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "write.example.org", "127.0.0.1.example.org"])
def test_an_address_that_others_reach_needs_one(host: str) -> None:
    with pytest.raises(InputError, match="a token is needed"):
        checked_token(ServeSettings(host=host), None)
    assert checked_token(ServeSettings(host=host, token_env="T"), LONG) == LONG


def test_a_token_that_is_named_is_there_and_cannot_be_guessed() -> None:
    with pytest.raises(InputError, match="T is not set, or empty"):
        checked_token(ServeSettings(token_env="T"), None)
    for weak in ("short", "with spaces 0123456789", "ü" * 20):
        with pytest.raises(InputError, match="16 or more"):
            checked_token(ServeSettings(token_env="T"), weak)

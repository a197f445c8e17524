import json
import stat
from pathlib import Path

import pytest

from longwriter.errors import InputError
from longwriter.serve.keys import ClientKeys, cookie_of, same


def test_a_key_is_shown_once_and_held_as_its_digest(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    keys, other = ClientKeys(file), ClientKeys(file)
    key = keys.new("editor")
    assert key.startswith("lw-")
    assert len(key) > 40
    assert key not in file.read_text()
    assert [len(digest) for digest in json.loads(file.read_text()).values()] == [64]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert other.name_of(key) == "editor"  # a server that runs already
    assert other.name_of(key[:-1]) is None
    assert other.name_of("") is None


def test_keys_are_changed_and_dropped_while_a_server_runs(tmp_path: Path) -> None:
    keys = ClientKeys(tmp_path / "keys.json")
    first, chat = keys.new("editor"), keys.new("chat")
    second = keys.new("editor")
    assert [keys.name_of(k) for k in (first, second, chat)] == [None, "editor", "chat"]
    keys.drop("chat")
    assert keys.name_of(chat) is None
    with pytest.raises(InputError, match="no client is called 'chat'; there are editor"):
        keys.drop("chat")


@pytest.mark.parametrize("held", ["[]", "{", '{"a": 1}', '{"a": "short"}'])
def test_a_file_that_is_none_of_ours_is_refused(tmp_path: Path, held: str) -> None:
    (tmp_path / "keys.json").write_text(held)
    with pytest.raises(InputError, match=r"keys\.json"):
        ClientKeys(tmp_path / "keys.json")


def test_names_and_places_are_checked(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be an id"):
        ClientKeys(tmp_path / "keys.json").new("../x")
    with pytest.raises(InputError, match="does not exist"):
        ClientKeys(tmp_path / "none" / "keys.json").new("editor")


def test_secrets_are_compared_whole() -> None:
    assert same("a", "a")
    assert not same("a", "ab")
    assert not same("ä", "a")
    assert cookie_of("token") == cookie_of("token") != cookie_of("token2")

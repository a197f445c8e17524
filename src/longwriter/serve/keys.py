"""Keys of clients, one a name, in a file that holds their digests alone; and how secrets are compared.

A key is 256 random bits, so that its plain SHA-256 cannot be searched for. Whoever holds one may use the API (`/v1`, `/mcp`)
and not the page; the token opens all.
"""

import hashlib
import hmac
import json
import secrets
from pathlib import Path

from filelock import FileLock

from longwriter.errors import InputError
from longwriter.runs.folders import check_id, write_file

BEGIN = "lw-"
"""What every key begins with, for scanners of secrets."""


def same(given: str, held: str) -> bool:
    """Whether two secrets are the same, in a time that tells nothing of either."""
    return hmac.compare_digest(_sha(given), _sha(held))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def cookie_of(token: str) -> str:
    """What a browser holds in place of the token: the same after a restart, and useless as a token."""
    return hmac.new(token.encode(), b"longwriter page", hashlib.sha256).hexdigest()


class ClientKeys:
    """The keys of a file, read again whenever the file has changed, so that a key is given or taken without a restart."""

    def __init__(self, path: Path) -> None:
        """Raises InputError for a file that is none of ours."""
        self.path = path
        self._seen: tuple[int, int] | None = None
        self._digests: dict[str, str] = {}
        self._refresh()

    def _refresh(self) -> None:
        try:
            stat = self.path.stat()
            now = stat.st_mtime_ns, stat.st_size
            if now != self._seen:
                self._digests, self._seen = _read(self.path), now
        except FileNotFoundError:
            self._digests, self._seen = {}, None

    def name_of(self, key: str) -> str | None:
        """The client whose key it is; None: nobody's. Every key is compared, so that time tells nothing."""
        self._refresh()
        found, digest = None, _sha(key)
        for name, held in self._digests.items():
            if hmac.compare_digest(digest, held):
                found = name
        return found

    def new(self, name: str) -> str:
        """Make a key for a client and note its digest; the key itself is held nowhere. A key that it had is void then.

        Raises InputError for a name that cannot be one, RunError where the file cannot be written.
        """
        check_id(name, "--new-key")
        key = BEGIN + secrets.token_urlsafe(32)
        self._change(name, _sha(key))
        return key

    def drop(self, name: str) -> None:
        """Make a client's key void. Raises InputError for a name that has none."""
        self._change(name, None)

    def _change(self, name: str, digest: str | None) -> None:
        path = self.path
        if not path.parent.is_dir():
            raise InputError(f"--keys: {path.parent} does not exist; make it first")
        with FileLock(path.with_name(f".{path.name}.lock"), mode=0o600):
            held = _read(path) if path.exists() else {}
            if digest is None and name not in held:
                raise InputError(f"{path}: no client is called {name!r}; there are {', '.join(held) or 'none'}")
            rest = {other: known for other, known in held.items() if other != name}
            write_file(path, json.dumps(rest | ({name: digest} if digest else {}), indent=1) + "\n", private=True)


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read as a file of keys: {error}") from error
    if not isinstance(found, dict) or not all(isinstance(v, str) and len(v) == 64 for v in found.values()):
        raise InputError(f"{path}: not a file of keys; longwriter serve --keys FILE --new-key NAME makes one")
    return found

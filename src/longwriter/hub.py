"""Data sets by their name on the Hugging Face hub, OWNER/NAME or OWNER/NAME@REVISION (a commit, a tag or a branch).

What was made here, data or models, goes there too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import httpx2

from longwriter.errors import InputError, Unavailable, first_line

Kind = Literal["dataset", "model"]
HUB = "hub:"
FILES = ["*.parquet", "*.jsonl", "*.jsonl.xz", "*.json"]


def named(name: str) -> tuple[str, str | None]:
    """OWNER/NAME, and the revision after @; None where none is given, which means the newest. Raises InputError."""
    repository, at, revision = name.partition("@")
    if at and not revision:
        raise InputError(f"hub:{name}: no revision after @; give a commit, a tag or a branch, or leave @ out")
    return repository, revision or None


def place(given: str) -> Path:
    """A path as it is; for hub:OWNER/NAME the folder with the data set's files. Raises as `download`."""
    return download(given.removeprefix(HUB)) if given.startswith(HUB) else Path(given)


def download(name: str) -> Path:
    """The folder with a data set's files; what an earlier attempt fetched is not fetched again.

    Raises InputError for a name or revision that does not exist, Unavailable when the hub does not answer.
    """
    from huggingface_hub import snapshot_download  # noqa: PLC0415 - takes half a second; few need it
    from huggingface_hub.errors import (  # noqa: PLC0415
        HfHubHTTPError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    repository, revision = named(name)
    try:
        return Path(snapshot_download(repository, repo_type="dataset", revision=revision, allow_patterns=FILES))
    except RevisionNotFoundError as error:
        raise InputError(f"hub:{name}: the data set has no revision {revision}") from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise InputError(f"hub:{name}: no such data set on the hub, or no right to read it") from error
    except (HfHubHTTPError, httpx2.HTTPError, OSError) as error:
        raise Unavailable(
            f"hub:{name}: the download broke off ({first_line(error)}); the same command goes on with it"
        ) from error


def reserve(name: str, kind: Kind) -> str:
    """The address of a repository, made where there is none, and private then. Raises as `download`."""
    from huggingface_hub import HfApi  # noqa: PLC0415 - takes half a second; few need it

    with _writing(name):
        return str(HfApi().create_repo(name, repo_type=kind, exist_ok=True, private=True))


def upload(folder: Path, name: str, files: list[str], kind: Kind = "dataset") -> str:
    """Put files of a folder into a repository, private if it is new, and give its address. Raises as `download`."""
    from huggingface_hub import HfApi  # noqa: PLC0415

    url = reserve(name, kind)
    with _writing(name):
        HfApi().upload_folder(repo_id=name, repo_type=kind, folder_path=folder, allow_patterns=files)
    return url


@contextmanager
def _writing(name: str) -> Iterator[None]:
    """Turn the hub's refusals into InputError and Unavailable."""
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError  # noqa: PLC0415

    try:
        yield
    except HFValidationError as error:
        raise InputError(f"hub:{name}: {first_line(error)}") from error
    except (HfHubHTTPError, httpx2.HTTPError, OSError) as error:
        raise Unavailable(
            f"hub:{name}: the upload failed ({first_line(error)}); is HF_TOKEN set? The same command tries again"
        ) from error

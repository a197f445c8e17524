"""Which models a client may name: those that this server offers, and none that would carry its keys elsewhere.

A client's words open no file, fetch nothing and reach no address that the server was not started with.
"""

from longwriter.api.offers import offered
from longwriter.api.settings import write_settings
from longwriter.errors import InputError, SetupError
from longwriter.models.base import ModelConfig, at_a_server
from longwriter.models.servers.providers import named, route
from longwriter.serve.settings import ServeSettings


def own_model(settings: ServeSettings) -> ModelConfig:
    """The model of runs for which none is named."""
    return write_settings("any", settings.write).writer


def asked_model(settings: ServeSettings, model: str | None, base_url: str | None = None) -> ModelConfig | None:
    """The model that a client names; None: it names none.

    It is the server's own, another name at the same address, or one that `offered` gives. Raises InputError for any other.
    May ask this machine's servers for their lists, which takes half a second.
    """
    own = own_model(settings)
    if not model:
        if base_url and base_url != own.base_url:
            raise InputError("base_url: name the model, too")
        return None
    at_own = base_url in (None, "", own.base_url)
    if at_own and model == own.model:
        return own
    offers = offered() if named(model) or not at_own or not at_a_server(ModelConfig(model=model)) else []
    if any((model, base_url or None) == (offer.name, offer.base_url) for offer in offers):
        return ModelConfig(model=model, base_url=base_url or None)
    if at_own:
        other = own.model_copy(update={"model": model, "card": None})
        if (there := _address(own)) is not None and _address(other) == there:
            return other
    raise InputError(
        f"this server does not offer {model!r}{f' at {base_url}' if base_url else ''}; see the list of models, or start it "
        "with --model NAME --base-url URL"
    )


def at_home(settings: ServeSettings, config: ModelConfig) -> bool:
    """Whether a model is where the server's own is, so that what else was set for that one goes with it."""
    own = own_model(settings)
    return config.model == own.model or _address(config) == _address(own) is not None


def _address(config: ModelConfig) -> str | None:
    """Where a model is asked; None: in this process, or nowhere."""
    try:
        return route(config).url if at_a_server(config) else None
    except (InputError, SetupError):
        return None

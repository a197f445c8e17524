"""How near a text keeps to the voice that it was written in: figures alone, as no section is pass or fail by its style."""

from longwriter.checks.checked import Checked, CheckedText
from longwriter.checks.style.along import along
from longwriter.checks.style.distance import distance
from longwriter.errors import InputError

AT = "style_percentile_at_"
"""Begins the names of the figures along the text; the words before the stretch follow."""


def check_style(asked: CheckedText) -> Checked:
    """Percentiles of the distance, of the whole and along the text; nothing without a style.

    `style_percentile`: per cent of the writer's own passages of this length that are nearer; `style_percentile_others`: the
    same of other writers'. None for a text that is too short or not in the style's language, and where the writers are
    not here beside whom the style was learnt.
    """
    profile = asked.style
    if profile is None:
        return Checked()
    figures: dict[str, int | float | None] = {"style_percentile": None, "style_percentile_others": None}
    spoken = asked.language
    if spoken and profile.language and spoken != profile.language:
        return Checked((), figures)
    try:
        whole, stretches = distance(profile, asked.text), along(profile, asked.text)
    except InputError:  # the other checks of the text are to be told all the same
        return Checked((), figures)
    others = whole.percentile_others
    figures["style_percentile"] = round(whole.percentile_own, 1)
    figures["style_percentile_others"] = None if others is None else round(others, 1)
    return Checked((), figures | {f"{AT}{one.start}": round(one.distance.percentile_own, 1) for one in stretches})

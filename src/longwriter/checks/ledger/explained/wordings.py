"""What the words near two facts are looked through for, in one language."""

import re
from collections.abc import Callable
from typing import NamedTuple


class Wordings(NamedTuple):
    """Patterns of one language."""

    says: re.Pattern[str]
    """Somebody says it, in quotation marks."""
    namesake: re.Pattern[str]
    """Another of the same name."""
    unreal: re.Pattern[str]
    """A play, a game, a dream."""
    pictured: re.Pattern[str]
    """A picture, which shows another time and may be wrong."""
    lie: re.Pattern[str]
    """Somebody says what is not so."""
    year_in: Callable[[str], int | None]
    """The only year of the calendar in some words."""
    looking_back: re.Pattern[str]
    """An earlier time is told of."""
    hedged: re.Pattern[str]
    """An age that is felt, guessed or to come."""
    dated: re.Pattern[str]
    """An age that is somebody's at an event."""
    time_goes_on: re.Pattern[str]
    """Between two ages in one paragraph, time passes."""
    recoloured: re.Pattern[str]
    """Hair or eyes get another colour, or seem to."""
    wet_or_dry: Callable[[str], str]
    """"wet", "dry" or "" for what is said of hair."""
    seemed: Callable[[str], re.Pattern[str]]
    """It only looks like this colour."""
    rough: re.Pattern[str]
    """A number that is not exact."""
    part: re.Pattern[str]
    """Some of what is counted."""
    place: re.Pattern[str]
    """Where it is (group 1)."""
    when: re.Pattern[str]
    """At which time there were so many."""
    counted_anew: re.Pattern[str]
    """The number changes."""
    calendar: re.Pattern[str]
    """Another calendar."""
    christened: re.Pattern[str]
    """What follows a birth by days."""
    again: re.Pattern[str]
    """It happens once more."""
    owner: re.Pattern[str]
    """Whose occasion it is, by a pronoun (group 1)."""
    recurring: re.Pattern[str]
    """An occasion that every year may have."""
    ends: re.Pattern[str]
    """It ends, where before it began."""
    real_kin: re.Pattern[str]
    """Kin by birth, where there are others."""
    loose_kin: re.Pattern[str]
    """Kin by name alone."""
    joined: re.Pattern[str]
    """People become kin, are it no longer, or are taken for it."""
    revived: re.Pattern[str]
    """Who seemed dead is not."""
    alive: re.Pattern[str]
    """Told of a time when the dead were alive."""
    backwards: re.Pattern[str]
    """The telling goes back to before a death."""
    no_death: re.Pattern[str]
    """The death was none."""

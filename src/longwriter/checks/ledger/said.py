"""What a person or a model says of somebody -> a fact in the words of the rules, so that it can be compared with theirs."""

import re
from datetime import date

from longwriter.checks.ledger.compare import COLOURED, colour_in, tie
from longwriter.checks.ledger.numbers import number_of
from longwriter.checks.ledger.records import LedgerFact
from longwriter.checks.ledger.rules.dates import days_of

ALIVE, DEAD = "alive", "dead"
"""Values of the relation dead."""
_NAMES = {
    "birth": "date:born", "born": "date:born", "birthday": "date:born", "died": "date:died", "death": "date:died",
    "眼睛": "eyes", "头发": "hair", "年龄": "age", "年纪": "age", "出生": "date:born", "生日": "date:born", "死于": "date:died",
}  # fmt: skip
"""Other words for relations of the rules."""
_DEAD = {
    **dict.fromkeys(("dead", "yes", "true", "died", "是", "死", "死了"), DEAD),
    **dict.fromkeys(("alive", "no", "false", "not", "not dead", "living", "lives", "否", "活", "活着", "没死"), ALIVE),
}
_UNIT = re.compile(r"\s*(?:years?(?: old)?|yrs?|周?岁)\s*\Z", re.IGNORECASE)
_DAY = re.compile(r"(?:(?P<year>\d{4})|-)(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?\Z")
_YEAR = re.compile(r"(?<!\d)(?P<year>\d{3,4})(?!\d)")
_LEAP = 2000


def bare(name: str) -> str:
    """A name without an article before it: places are named with it and without."""
    return name[4:] if name[:4].lower() == "the " and not name[4:5].islower() else name


def as_ruled(fact: LedgerFact) -> LedgerFact:
    """The fact as rules would have found it; with the value as it is where they would have found none."""
    relation = _relation(fact.relation)
    return fact.model_copy(update={"relation": relation, "value": _value(relation, fact.value) or fact.value})


def no_value(relation: str, value: str) -> str:
    """Why rules can compare nothing with what is said, in a line for a person; "" where they can, or never do."""
    relation = _relation(relation)
    if _value(relation, value):
        return ""
    kind = relation.partition(":")[0]
    wanted = {
        "age": "a number of years",
        "number": "a number",
        "date": "a year or a day, such as 1850 or 1850-05-07",
        "dead": f"{DEAD} or {ALIVE}",
    }
    return f"{value!r} is compared with the text and is not {wanted[kind]}" if kind in wanted else ""


def _relation(written: str) -> str:
    name = " ".join(written.split())
    low = name.lower()
    if tie(low):
        return f"kin:{low}"
    ruled = low in COLOURED or low.partition(":")[0] in ("age", "number", "kin", "date", "dead")
    return _NAMES.get(low, low if ruled else name)


def _value(relation: str, written: str) -> str:
    """A value as the rules write it; "" where it is none of theirs."""
    plain = " ".join(written.split())
    match relation.partition(":")[0]:
        case "age" | "number":
            number = number_of(_UNIT.sub("", plain))
            return "" if number is None else str(number)
        case "date":
            return _date(plain)
        case "dead":
            return _DEAD.get(plain.lower(), "")
        case kind if kind in COLOURED:
            return colour_in(kind, plain)
        case _:
            return plain


def _date(written: str) -> str:
    """1850, 1850-05-07 or --05-07 of a date in words or digits, a year where there is no day; "" for no date."""
    day = next((day for language in ("en", "zh") for day in days_of(written, language)), None)
    match = _DAY.match(day.value if day else written)
    if match is None:
        year = _YEAR.search(written)
        return year["year"] if year else ""
    try:
        date(int(match["year"] or _LEAP), int(match["month"] or 1), int(match["day"] or 1))
    except ValueError:
        return ""
    return match[0]

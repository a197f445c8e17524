"""Plans for a model too small to find words of its own (nano): a JSON schema that leaves it the choice among real ones.

Every title is "Topic and Keyword", every point a list of keywords, the form that nano was trained on. Topics are the
request's own words, in turn; each section gets its own slice of the keyword list, so no two sections share a keyword.
"""

from collections.abc import Sequence

from longwriter.text import words_of

ASKING = frozenset(
    """write words word about story tale long short novel book report guide essay article history account chapter section
    please text that this with from into their there where which while when what will would should have been were them
    than then they your some many more most very each every make made describe explain tell tells find finds found goes
    comes gets does thousand hundred page pages""".split()  # noqa: SIM905
)
"""Words of a request that are not what it is about."""


def topics_of(instruction: str) -> list[str]:
    """The words that say what a text is about, in order, without those of the asking."""
    words = [w.lower() for w in words_of(instruction) if w.isascii() and w.isalpha() and len(w) > 3]
    return [w for w in dict.fromkeys(words) if w not in ASKING]


def keyword_schema(
    count: int, low: int, high: int, keywords: Sequence[str], topics: Sequence[str]
) -> dict[str, object]:
    """JSON schema of a plan of `count` sections, of `low` to `high` words each."""
    items = []
    for i in range(count):
        own = [w for w in keywords[i::count] if w not in topics]
        word, capital = "|".join(own), "|".join(w.capitalize() for w in own)
        topic = topics[i % len(topics)].capitalize() if topics else f"({capital})"
        items.append(
            {
                "type": "object",
                "properties": {
                    "title": {"type": "string", "pattern": f"^{topic} and ({capital})$"},
                    "point": {"type": "string", "pattern": f"^({word})(, ({word})){{2,3}}$"},
                    "words": {"type": "integer", "minimum": low, "maximum": high},
                },
                "required": ["title", "point", "words"],
                "additionalProperties": False,
            }
        )
    sections = {"type": "array", "prefixItems": items, "items": False, "minItems": count, "maxItems": count}
    return {
        "type": "object",
        "properties": {"sections": sections},
        "required": ["sections"],
        "additionalProperties": False,
    }

"""Who is named in a text: mentions, the forms that are one name, and whether pronouns are his or hers."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from longwriter.checks.along.names import CHINESE_NAME, NO_NAMES
from longwriter.checks.ledger.records import LedgerEntity
from longwriter.checks.ledger.rules.spelling import NameUse, heard_alike
from longwriter.checks.repetition.overlap import FUNCTION_WORDS

_HE = """mr master sir lord father uncle monsieur herr signor don king prince duke count baron brother
    grandfather""".split()  # noqa: SIM905
_SHE = """mrs miss ms lady aunt madame mademoiselle frau fraulein signora queen princess duchess countess sister
    mother grandmother madam""".split()  # noqa: SIM905
_EITHER = """dr doctor captain colonel major professor general sergeant lieutenant inspector judge reverend
    chancellor bishop st saint old young little poor dear""".split()  # noqa: SIM905
_MEN = frozenset(
    """adam alan albert alexander alfred andrew anthony archibald arnold arthur augustus basil benjamin bernard bertram brian
    bruce carl cecil charles christopher clarence daniel david dennis donald douglas duncan edgar edmund edward edwin eric
    ernest eugene felix ferdinand francis frank frederick gabriel geoffrey george gerald gilbert godfrey gregory gustav harold
    harry hector henry herbert herman horace howard hubert hugh humphrey isaac jack jacob jake james jasper jeremy jim joe john
    jonathan joseph joshua julian karl kenneth lawrence leo leonard leopold louis luke mark martin matthew maurice max michael
    nathan ned neil nicholas nigel norman oliver oscar oswald otto owen patrick paul percy peter philip ralph raymond reginald
    richard robert roderick roger roland ronald rupert samuel sebastian simon stanley stephen steven sylvester theodore thomas
    timothy toby tom victor vincent walter wilfred william""".split()  # noqa: SIM905
)
_WOMEN = frozenset(
    """ada adelaide agatha agnes alice amanda amelia amy angela ann anna anne annie augusta barbara beatrice bertha bessie betty
    bridget carol caroline catherine cecilia charlotte christina clara constance cora cynthia daisy deborah diana dora dorothy
    edith eleanor elizabeth ella ellen emily emma esther ethel eva fanny flora florence frances genevieve georgina gertrude
    gladys gloria grace gwendolen hannah harriet hazel helen henrietta hilda ida irene iris isabel isabella jane janet jennifer
    jessica joan josephine judith julia juliet kate katherine kathleen laura lavinia leonora lily linda lisa louisa louise lucy
    lydia mabel madeleine margaret maria marian marianne marie martha mary matilda maud mildred millicent miranda monica muriel
    nancy natalie nell nora olga olive olivia ottilie pamela patricia pauline penelope philippa phyllis priscilla rachel rebecca
    rosalind rose ruth sally sarah selina sophia sophie stella susan sylvia teresa ursula valerie vera veronica victoria viola
    virginia wendy winifred""".split()  # noqa: SIM905
)
"""First names that are men's, or women's, almost always: what a text's own pronouns say goes before."""
RANKS = frozenset([*_HE, *_SHE, *_EITHER])
_CAP = r"[A-ZÀ-ÖØ-Þ][a-zà-öø-ÿ]+(?!(?<=n)['’]t\b)(?![a-zà-öø-ÿ])(?:['’-](?!(?:ll|re|ve)\b)[A-ZÀ-Þ]?[a-zà-ÿ]{2,}|[A-Z][a-z]+)*"
NAME = rf"(?:(?:Mrs?|Ms|Dr|St)\.? )?{_CAP}(?: (?:de |van |von |du |di |[A-Z]\. )?{_CAP}){{0,2}}"
"""A regular expression of what may be a name in English: capitalised words with what stands between them."""
_CAPITAL = re.compile(r"[A-ZÀ-ÖØ-Þ](?<![\w'’].)")
_NAME = re.compile(NAME)
_NO_NAME_WORDS = """yes no oh ah well now then there here what why how who when where god heaven heavens lord sir madam
    monsieur everyone nobody someone everybody somebody nothing everything something one two three four
    five six seven eight nine ten another today tomorrow yesterday perhaps suddenly please thank thanks
    good dear hello never always sometimes north south east west hush hey hi alas bravo damn goodbye farewell okay ok ha
    aha eh ahem hmm um er hurrah amen wow oops yeah yep nope mom dad mum papa mama""".split()  # noqa: SIM905
_NOT = frozenset([*NO_NAMES, *FUNCTION_WORDS, *_NO_NAME_WORDS])
_COMMON = frozenset((Path(__file__).parent / "words_en.txt").read_text().split())
"""Words that are no names where a sentence begins with them (`measurements/words.py` made the list)."""
_PARTICIPLE = "ing"
_HEADING = re.compile(r"^#{1,6}[ \t].*$", re.MULTILINE)
_PLACE_WORDS = """street road avenue square hall house hotel castle inn park river lake mount bay island court lane church
    college bridge station valley tower palace abbey gate cottage university school theatre museum
    library lodge manor farm terrace tavern hospital asylum prison mill works arms grange hostel market arcade
    observatory monastery priory convent fort lighthouse villa ship yard wharf""".split()  # noqa: SIM905
_NO_PERSON = frozenset(_PLACE_WORDS)
_PRONOUN = re.compile(r"[^.!?\"“”;]{0,60}?\b(?:(he|his|him|himself)|(she|hers?|herself))\b")
_LOWER = re.compile(r"[a-z](?<!\w.)[a-z]+")
"""Begins with the letter and looks back from there: a search skips to letters, not to every edge of a word."""
_LEAST_VOTES = 3


NEAR = 40
"""Characters within which two names stand side by side."""
NEAR_CHINESE = 8


def _variants(name: str) -> str:
    """A Chinese name of three characters with any character for its middle one: another spelling is a mention too."""
    return f"{name[0]}[\u4e00-\u9fff]{name[2]}" if len(name) == THREE and "·" not in name else re.escape(name)


def _capitalised(text: str) -> Iterator[re.Match[str]]:
    """What may be names. To look for capitals and match there takes a third of the time of one pattern for both."""
    end = 0
    for capital in _CAPITAL.finditer(text):
        if capital.start() >= end and (match := _NAME.match(text, capital.start())):
            end = match.end()
            yield match


def _inside(text: str, place: int) -> bool:
    """Whether the word at a place stands inside a sentence."""
    return place > 1 and text[place - 1] == " " and (text[place - 2].islower() or text[place - 2] == ",")


@lru_cache(maxsize=1 << 12)
def _standing(form: str) -> re.Pattern[str]:
    """A form of a name that is no part of a word."""
    return re.compile(rf"(?<![A-Za-z]){re.escape(form)}(?![a-z])")


THREE = 3
"""Characters of most Chinese names."""


class Mention(NamedTuple):
    """A name where it stands in a section's text."""

    name: str
    start: int
    end: int


class People:
    """Names of a text, learned section by section."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._small: Counter[str] = Counter()
        self.tokens: Counter[str] = Counter()
        """Capitalised words inside sentences and at their beginnings."""
        self.uses: dict[str, NameUse] = {}
        """Each word of a name, for what spelling shows."""
        self._forms: dict[str, list[int]] = {}  # form -> mentions, first section, last section
        self._he: Counter[str] = Counter()
        self._she: Counter[str] = Counter()
        self._inside: set[str] = set()
        self.version = 0
        """Grows when a name gets a fuller form, so that `key` may give another one."""
        self._full: dict[str, set[str]] = {}  # a single name -> the fuller ones that begin or end with it
        self._begun: dict[str, set[str]] = {}  # first two characters -> all that `named_in` looks for
        self._chinese: set[str] = set()
        self._given: set[str] = set()

    def read(self, section: int, text: str) -> list[Mention]:
        """All mentions of a section, in order."""
        if self.language == "zh":
            found = list(self._read_chinese(text))
        else:
            plain = _HEADING.sub(lambda match: " " * len(match[0]), text) if "#" in text else text
            self._small.update(_LOWER.findall(plain))
            matches = list(_capitalised(plain))
            self.tokens.update(" ".join(match[0] for match in matches).replace(".", "").split())
            names = [(match[0].split(), *match.span(), _inside(text, match.start())) for match in matches]
            for words, _, _, inside in names:
                self._inside.update(words if inside else words[1:])
            found = [kept for name in names if (kept := self._kept(*name)) is not None]
        for mention in found:
            self._note(section, mention, text)
        return found

    def spelt(self, section: int, found: Sequence[Mention]) -> None:
        """Count the words of a section's names, and which stand near which: for who asks for spellings."""
        before: list[str] = []
        last, side_by_side = 0, NEAR_CHINESE if self.language == "zh" else NEAR
        for mention in found:
            words = [word for word in mention.name.split() if word.rstrip(".").lower() not in RANKS]
            near = [*before, *words] if mention.start - last < side_by_side else words
            place = mention.start
            for word in words:
                place = mention.start + mention.name.index(word)
                use = self.uses.setdefault(word, NameUse(section, place, place + len(word)))
                use.count += 1
                use.neighbours.update(near)
                for other in before if near is not words else ():
                    self.uses[other].neighbours.add(word)
            before, last = words, mention.end

    def _read_chinese(self, text: str) -> Iterator[Mention]:
        for match in CHINESE_NAME.finditer(text):
            self._chinese.update([match[0]] if "·" in match[0] else [match[1]])
        if self._chinese:
            alike = {other for name in self._chinese for other in heard_alike(name)}
            forms = sorted((_variants(name) for name in self._chinese), key=len, reverse=True) + sorted(alike)
            known = re.compile("|".join(forms))
            yield from (Mention(match[0], match.start(), match.end()) for match in known.finditer(text))

    def learn(self, name: str) -> None:
        """Take a name as known: rules see it from now on."""
        self._given.add(name)
        self._look_for(name)
        self._fuller(name.split())
        if self.language == "zh":
            self._chinese.add(name)

    def named_in(self, line: str) -> set[str]:
        """The names, one form each, that stand in a line in any form or by one of their words."""
        begun = {line[at : at + length] for at in range(len(line)) for length in (1, 2)}
        forms = (form for start in begun for form in self._begun.get(start, ()) if form in line)
        found = {self.key(form) for form in forms if _standing(form).search(line)}
        return {name for name in found if name}

    def _look_for(self, form: str) -> None:
        self._begun.setdefault(form[:2], set()).add(form)

    def _fuller(self, parts: Sequence[str]) -> None:
        """Note a name of several words under its first and its last."""
        full = " ".join(parts)
        for part in (parts[0], parts[-1]) if len(parts) > 1 else ():
            known = self._full.setdefault(part, set())
            self._look_for(part)
            self.version += full not in known
            known.add(full)

    def name_uses(self) -> dict[str, NameUse]:
        """Words of names that stand for nothing else, with their uses."""
        if self.language == "zh":
            return self.uses
        return {word: use for word, use in self.uses.items() if not self._small[word.lower()]}

    def _kept(self, words: list[str], start: int, end: int, inside: bool) -> Mention | None:
        """The part of capitalised words that is a name: without a sentence's first word where that is none."""
        while (
            words and not (inside and len(words) > 1 and words[0].lower() not in _NOT) and not self._is_name(words[0])
        ):
            start += len(words[0]) + 1
            words, inside = words[1:], True
        while words and words[-1].lower().rstrip(".") in RANKS:
            end -= len(words[-1]) + 1
            words = words[:-1]
        return Mention(" ".join(words), start, end) if words else None

    def _is_name(self, word: str) -> bool:
        plain = word.rstrip(".").lower()
        if plain in RANKS:
            return True
        if (
            plain in _NOT
            or len(plain) < 2
            or ((plain in _COMMON or plain.endswith(_PARTICIPLE)) and word not in self._inside)
        ):
            return False
        return 4 * self._small[plain] <= self.tokens[word]

    def _note(self, section: int, mention: Mention, text: str) -> None:
        form = self._forms.setdefault(mention.name, [0, section, section])
        form[0] += 1
        form[2] = section
        if form[0] == 1:
            self._look_for(mention.name)
            self._fuller([part for part in mention.name.split() if part.rstrip(".").lower() not in RANKS])
        said = _PRONOUN.match(text, mention.end)
        if said:
            (self._he if said[1] else self._she)[self.plain(mention.name)] += 1

    @staticmethod
    @lru_cache(maxsize=1 << 14)
    def plain(name: str) -> str:
        """A name without ranks that say nothing of which of a family is meant: "Dr. John Watson" is "John Watson"."""
        words = [word.rstrip(".") for word in name.split()]
        while len(words) > 2 and words[0].lower() in RANKS:
            words = words[1:]
        if len(words) == 2 and words[0].lower() in _EITHER:
            words = words[1:]
        return " ".join(words)

    def key(self, name: str) -> str | None:
        """One form for all forms of a name; None where it may be one of several people, or no name at all."""
        if name in self._given or self.language == "zh":
            return name
        plain = self.plain(name)
        words = plain.split()
        if not words or (len(words) == 1 and not self._is_name(words[0])):
            return None
        fuller = self._full.get(plain, set())
        if len(words) > 1 or not fuller:
            return plain
        if len(fuller) == 1:
            return next(iter(fuller))
        return plain if any(full.startswith(plain) for full in fuller) else None

    def person(self, name: str) -> bool:
        """Whether a name may be a person's."""
        return name.split()[-1].lower() not in _NO_PERSON

    def sure(self, name: str) -> bool:
        """Whether a name is more than the first word of one sentence."""
        words = name.split()
        return len(words) > 1 or name in self._inside or self.tokens[name] > 1

    def fits(self, name: str, pronoun: str) -> bool:
        """Whether "he", "his", "she", "her" may stand for a name, by its rank and by the pronouns that follow it."""
        if pronoun in ("", "自己"):
            return True
        male = pronoun.lower() in ("he", "his", "him", "himself", "他")
        rank = name.split()[0].rstrip(".").lower()
        if rank in _HE or rank in _SHE:
            return (rank in _HE) == male
        plain = self.plain(name)
        his, hers = self._he[plain], self._she[plain]
        if his + hers < _LEAST_VOTES:
            first = plain.partition(" ")[0].lower()
            return first not in (_WOMEN if male else _MEN) or (his if male else hers) > 0
        own, other = (his, hers) if male else (hers, his)
        return own >= 3 * other

    def entities(self) -> tuple[LedgerEntity, ...]:
        """Names with their other forms, most mentions first."""
        grouped: dict[str, list[str]] = {}
        for form in self._forms:
            if key := self.key(form):
                grouped.setdefault(key, []).append(form)
        out = [self._entity(key, forms) for key, forms in grouped.items()]
        return tuple(sorted(out, key=lambda one: (-one.mentions, one.first, one.name)))

    def _entity(self, key: str, forms: list[str]) -> LedgerEntity:
        notes = [self._forms[form] for form in forms]
        name = max(forms, key=lambda form: (form == key, len(form)))
        return LedgerEntity(
            name=name,
            aliases=tuple(sorted(form for form in forms if form != name)),
            mentions=sum(note[0] for note in notes),
            first=min(note[1] for note in notes),
            last=max(note[2] for note in notes),
        )

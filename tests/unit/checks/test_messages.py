"""What rules say, in Chinese: of each kind of finding, of each reason that a revision gives, of a verdict."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.helpers.contradicting import CHINESE_PAIRS, EYE, LONG, NOW, PAIRS

import longwriter
from longwriter.checks.check import check
from longwriter.checks.citations.records import SourceChunk
from longwriter.checks.finding import TextFinding
from longwriter.checks.ledger.contradictions import contradictions
from longwriter.checks.ledger.records import LedgerFact
from longwriter.checks.messages import in_language, messages
from longwriter.language import NAMES
from longwriter.writer.outcome.told import messages as all_messages
from longwriter.writer.outcome.told import notes_in, reason, verdict_in
from longwriter.writer.outcome.verdict import Finding, remarks

SOURCE = Path(longwriter.__file__).parent
CHECKS = SOURCE / "checks"
KIND = {"form.py": "form", "again.py": "", "citations": "citation", "slop": "slop", "ledger": "contradiction"}
"""Where a call that makes a finding says no kind."""
MAKERS = {"Clash", "DateFault", "_finding"}
MILL = "The river mill was built in 1884 by Ada Brown on the bank of the Wend, and stood for forty years."
REPEATED = "The keeper of the old lighthouse counted every single step on his way up to the lamp that evening."
PROSE = "The keeper had not slept for two nights and the stairs seemed longer than they had been when he was young."


def kinds_made() -> set[str]:
    """kind.check of every finding that the code of the checks can make."""
    found = {"contradiction.tense", "contradiction.person", "contradiction.numbering"}
    for path in CHECKS.rglob("*.py"):
        above = path.relative_to(CHECKS).parts[0]
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            said = [a.value for a in call.args[:3] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
            if name == "finding" and len(said) > 1:
                found.add(f"{said[0]}.{said[1]}")
            elif name == "finding" and above == "citations":
                found.add("citation.quote")
            elif name in MAKERS and said:
                found.add(f"{KIND[above]}.{said[0]}")
    return found


def test_every_kind_of_finding_has_a_chinese_text() -> None:
    made = kinds_made()
    assert len(made) == 25
    assert set(messages().tables) - {"contradiction.user"} == made


def told(findings: list[TextFinding] | tuple[TextFinding, ...]) -> Iterator[tuple[TextFinding, str]]:
    for one, other in zip(findings, in_language(findings, "zh"), strict=True):
        assert one.model_copy(update={"message": other.message}) == other
        yield one, other.message


def in_chinese(finding: TextFinding, said: str) -> None:
    """Chinese, and no English word but what the text itself has."""
    assert re.search("[一-龥]", said), said
    quoted = re.compile("|".join(map(re.escape, sorted(OWN, key=len, reverse=True))))
    assert not re.search("[A-Za-z]{2,}", quoted.sub("", said)), (finding.message, said)


OWN = [
    *(
        "Eleanor",
        "Vance",
        "Tom",
        "Bartholomew",
        "Grand Hotel",
        "The",
        "the",
        "rooms",
        "wedding",
        "Wedding",
        "Katherine",
    ),
    *("Katharine", "blue", "brown", "green", "black", "Black", "golden", "red", "Red", "twelve", "forty", "six", "May"),
    *("Monday", "Ada", "eyes of no one", "a testament to", "mill.md", "three years later, in", "in that of"),
    *("The river mill was built in", "by Ada Brown", "im_end", "s1", "s9", "nine", "hotel", "grand"),
]


IN_ONE = ("They married in 1890.", "They came in 1890, and three years later, in 1899, they left.", "date")


@pytest.mark.parametrize(("first", "second", "check_name"), [*PAIRS, *CHINESE_PAIRS, IN_ONE])
def test_contradictions(first: str, second: str, check_name: str) -> None:
    language = "zh" if re.search("[一-龥]", first) else "en"
    text = f"## One\n\n{first}\n\n## Two\n\n{'下雨了。' if language == 'zh' else 'The rain fell. '}{second}\n"
    [(finding, said)] = told(contradictions(text, language))
    assert finding.check == check_name
    in_chinese(finding, said)


def test_contradictions_of_one_sentence_and_of_the_whole() -> None:
    often = "Then Katherine laughed. He saw Katherine. She met Katherine. They heard Katherine. "
    texts = {
        "spelling": often + "A long road lay before them, and nobody spoke. He called Katharine.",
        "date": "They met on 31 April 1890.",
        "weekday": "It was Monday, 3 May 1890, and it rained.",
        "tense": f"{LONG}\n\n{NOW}",
        "person": "\n\n".join(f"## {n}\n\n{one}" for n, one in enumerate([LONG, EYE, EYE])),
        "numbering": "# A\n\n## Chapter 1\n\nx\n\n## Chapter 3\n\ny",
    }
    for name, text in texts.items():
        [(finding, said)] = told(contradictions(text, "en"))
        assert finding.check == name
        in_chinese(finding, said)
    [(_, said)] = told(contradictions(texts["person"], "en"))
    assert said == "原以第三人称叙述，此处起有2节改用“我”"
    green = LedgerFact(subject="Eleanor", relation="eyes", value="green", section=0, source="user")
    [(_, said)] = told(contradictions("Eleanor's eyes were brown.", "en", [green]))
    assert said == "您说过：眼睛为green；文中却是brown"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("cut", f"{PROSE[:-7]}"),
        ("cut", f"{PROSE[:-7]}\n\n{PROSE}\n"),
        ("fence", f"{PROSE}\n\n```python\nx = 1\n"),
        ("emphasis", f"A **bold word. {PROSE}\n"),
        ("heading", f"# One\n\n# Two\n\n{PROSE}\n"),
        ("marker", f"{PROSE} <|im_end|>\n"),
        ("passage", f"{REPEATED}\n\nShe lit it.\n\n{REPEATED}\n"),
        ("script", f"{PROSE} He saw the Victorian街景 section of the hall.\n"),
        ("phrase", f"{PROSE} " + "It was a testament to her. " * 4),
        ("unknown", "The mill is old [s9]."),
        ("quote", "“The river mill was built in 1874 by Ada Brown on the bank” [s1]."),
        ("quote", "“The church of the town was painted green by nobody at all” [s1]."),
        ("number", "The river mill was built in 1874 by Ada Brown [s1]."),
        ("unrelated", "Whales sing under northern ice throughout winter [s1]."),
        ("quote", "They say, “the river mill was built in 1874 by Ada Brown” there."),
    ],
)
def test_all_other_findings(name: str, text: str) -> None:
    chunks = [SourceChunk(id="s1", source=1, text=MILL, title="mill.md")]
    found = [one for one in told(check(text, "en", sources=chunks).findings) if one[0].check == name]
    assert found
    for finding, said in found:
        in_chinese(finding, re.sub("“[^”]*”", "", said))


def test_the_rate_and_a_foreign_line_and_every_language() -> None:
    assert messages().told(RATE, "slop.rate") == "每千词有20.0处套话，共12处；人写的章节百分之九十九都更少"
    for english, _ in NAMES.values():
        said = messages().told(f"21 words in {english}, in which the text did not begin", "language.foreign")
        assert re.fullmatch("有21词是[一-龥]+，与开头所用的语言不同", said)


def test_english_stays_and_so_does_what_a_person_or_a_judge_says() -> None:
    own = TextFinding(kind="judged", check="judge", places=(), quotes=(), message="too sweet", source="model")
    assert in_language([own], "zh") == (own,)
    [finding] = contradictions("# A\n\n## Chapter 1\n\nx\n\n## Chapter 3\n\ny", "en")
    assert in_language([finding], "en") == (finding,)


RATE = "20.0 stock phrases per 1,000 words, 12 in all; 99 of 100 chapters by people have fewer"
CIRCLES = "it goes round in circles: 40 % of it says again what stood earlier"
FAULTS = (
    "section 2 goes round in circles however often it is asked to go on; "
    "section 3 stays 60% short: the model adds nothing more"
)
UNKNOWN = "it cites s9, and there is no such source"
REVISING = SOURCE / "writer" / "revising"
ELSEWHERE = {"the fault is still there", "it brings another (7 7)", "a revision has 1 to 7 7 passes"}
"""Parts of sentences, which are looked at as a whole below, and a refusal of the command."""


def reasons() -> Iterator[str]:
    """Sentences of the code that say why an edit is not taken, with 7 7 for each of their values."""
    for name in ("fit.py", "measure.py", "mending.py", "revise.py"):
        tree = ast.parse((REVISING / name).read_text("utf-8"))
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            said = ""
            if isinstance(node, ast.JoinedStr):
                said = "".join(part.value if isinstance(part, ast.Constant) else "7 7" for part in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
                said = node.value
            if re.match(r"(?:it|the|you|another|a revision|elsewhere) [a-z ]+|refused$", said) and "\n" not in said:
                yield said


def test_every_reason_of_a_revision_has_a_chinese_text() -> None:
    found = [said for said in reasons() if said not in ELSEWHERE]
    assert len(found) > 28
    for said in found:
        assert re.search("[一-龥]", reason(said, "zh")), said
        assert reason(said, "en") == said
    nested = "it brings another (slop): “a testament to” stands 3 times in 900 words; people hardly ever write it"
    assert reason(nested, "zh").startswith("带来了另一个问题（套话）：“a testament to”在900词中出现3次")
    assert reason("the fault is still there: told in the past, then in the present", "zh").startswith(
        "问题仍在：原以过去时"
    )


@pytest.mark.parametrize(
    ("kind", "said", "chinese"),
    [
        ("length", "it is too short: 9,000 of 10,000 words (-10.0 %)", "太短：9,000词，要求10,000词（-10.0%）"),
        ("length", "900 of 700 to 900 words", "900词，要求700至900词"),
        ("length", "880 of at least 1 word (+9.0 %)", "880词，要求至少1词（+9.0%）"),
        ("looping", "no loops", "没有循环"),
        ("looping", f'{CIRCLES} ("He ran...")', "内容在兜圈子：40%重复了前文（“He ran...”）"),
        ("ending", 'its end is missing: it breaks off at "...and the"', "缺少结尾：在“……and the”处断掉"),
        ("ending", "ends on a full sentence", "以完整的句子结束"),
        ("refusal", "the model refuses to write sections 2, 5 and more", "模型拒绝写第2, 5等节"),
        ("language", "it is in French, not in English or Chinese", "全文使用了法语，而不是英语或中文"),
        ("language", "in English", "使用英语"),
        ("asked", "of what was asked for: 0 of 1 named thing appears (missing: Tom)", "点名要求的1项中出现了0项（缺少：Tom）"),
        ("sections", FAULTS, "第2节无论怎样续写都在兜圈子；第3节比要求短60%，模型不再续写"),
        ("asked", "of what was asked for: 3 of 3 named things appear", "点名要求的3项中出现了3项"),
        ("slop", RATE, "每千词有20.0处套话，共12处；人写的章节百分之九十九都更少"),
        ("citations", f"2 citations to look at: {UNKNOWN}", "有2处引用需要核对：引用了s9，而没有这个来源"),
    ],
)  # fmt: skip
def test_a_verdict(kind: str, said: str, chinese: str) -> None:
    finding = Finding(kind=kind, ok=False, text=said)  # type: ignore[arg-type]
    assert verdict_in([finding], "zh")[0].text == chinese
    assert verdict_in([finding], "en") == (finding,)
    assert notes_in([said, "it cites none of its sources"], {said: chinese}, "zh") == [chinese, "没有引用任何来源"]


def test_a_verdict_on_a_contradiction_says_its_message_too() -> None:
    found = contradictions("## One\n\nEleanor's eyes were blue.\n\n## Two\n\nEleanor's eyes were brown.", "en")
    [said] = verdict_in(remarks(found), "zh")
    assert (
        said.text
        == "按规则有1处矛盾：Eleanor：眼睛先为blue，后为brown（“Eleanor's eyes were blue.”/“Eleanor's eyes were brown.”）"
    )


def test_no_sentence_of_a_table_is_read_by_another_before_it() -> None:
    read = all_messages()
    for group, table in read.tables.items():
        for english, chinese in table.items():
            sample = english.replace("{s}", "s")
            assert read.told(sample, group) == chinese.format_map(
                {n: f"{{{n}}}" for n in re.findall(r"\{(\w+)\}", english)}
            )

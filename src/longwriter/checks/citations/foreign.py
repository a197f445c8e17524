"""What refers to a source otherwise than by its mark: numbers in brackets, notes, addresses, authors, lists. Pure."""

import re

_BLANK = r"(?<![ \t])[ \t]*+"
_NAME = r"[^\W\d_a-z][\w'’.-]{0,40}"
_GAP = r"(?:\s|\x00\d{1,6}\x01)"
"""Whitespace, or a mark that stands in the middle of another."""
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z.]*,?[ ]"
_NAMES = rf"(?!{_MONTH}){_NAME}(?:[ \t]{{1,4}}(?:{_NAME}|&|and|de|van|von)){{0,8}}?"
YEARED = re.compile(
    rf"{_BLANK}[(\[（【](?:see |cf\. |e\.g\.,? )?({_NAMES})"
    rf"(?:(?:,?{_GAP}{{1,4}}et{_GAP}{{1,4}}al\.?)?[,，]|,?{_GAP}{{1,4}}et{_GAP}{{1,4}}al\.?){_GAP}{{0,8}}(?:according to )?"
    r"(?:1[5-9]|20)\d\d[a-z]?(?:[,:;][^()\[\]（）【】\n]{0,80})?[)\]）】]"
)
"""(Smith et al., 2020); the first group is the name."""
BETWEEN = re.compile(rf"{_BLANK}[\[【]({_NAMES})[,，][^()\[\]（）【】\n]{{0,40}}?(?<!\d)(?:1[5-9]|20)\d\d[a-z]?[\]】]")
"""[Smith, with words between 2020]: of another reference that stood in it, words are left."""
DEFINED = re.compile(r"^[ \t]{0,3}\[(?!\^)[^\]\n]{1,80}\]:[ \t]{0,9}<?([^\s>]+)[^\n]*", re.MULTILINE)
"""[label]: address."""
NOTE = re.compile(
    r"^[ \t]{0,3}\[\^(?:[^\[\]]|\[[^\[\]]{0,20}\]){1,80}\]:(?:[ \t]*+\n\s*+[^\n]+|[^\n]*)(?:\n[ \t]{2,}[^\n]*)*"
    r"(?:\n\s*+[^\n]{1,120}?\b(?:1[5-9]|20)\d\d\.?[ \t]*+$){0,5}",
    re.MULTILINE,
)
"""The text of a note, on the next line where none stands on its own, and short lines behind it that end in a year."""
OTHERS = re.compile(
    rf"{_BLANK}[(\[（【]([^\W\d_][\w'’.-]{{0,40}})[^()\[\]（）【】]{{0,160}}?\bal\b[^()\[\]（）【】]{{0,40}}?(?<!\d)(?:1[5-9]|20)\d\d[^()\[\]（）【】]{{0,120}}[)\]）】]"
)
"""(Smith, with whatever between, et al. 2020)."""
HALVES = (
    rf"[(\[（【](?:see |cf\. |e\.g\.,? )?{_NAMES}(?:,?[ \t]{{1,4}}et(?:[ \t]al\.?)?)?[,，]?[ \t]{{0,4}}\d{{0,4}}",
    r"【[^【】\n]{0,80}",
    r"\[\^[^\[\]\n]{0,60}",
    r"[\[(](?:[Cc]itation|[Ss]ources?:|[Rr]efs?:|[Rr]eferences?:)[^\[\]()\n]{0,160}",
    r"<(?:ref|cite|sup|source)\b(?:(?!</)[^\n]){0,200}",
)
"""Beginnings of such marks, at the end of a text."""
MARKS: tuple[re.Pattern[str], ...] = (
    re.compile(rf"{_BLANK}【[^【】\n]{{0,40}}†[^【】\n]{{0,80}}】"),
    re.compile(
        rf"{_BLANK}[\[【［〔⟦]{{1,6}}\^?[ \t]{{0,4}}\d{{1,3}}(?:[ \t]{{0,4}}[,;，、–—-][ \t]{{0,4}}\d{{1,3}}){{0,40}}"
        r"[ \t]{0,4}[\]】］〕⟧]{1,6}(?:\([^()\s]{0,300}\)|(?!\())"
    ),
    re.compile(rf"{_BLANK}\[\^[^\]\n]{{1,60}}\]"),
    re.compile(
        rf"{_BLANK}[\[(（【［](?:(?:sources?|citations?|refs?|references?|来源|來源|出处|资料来源)[ \t]{{0,4}}[:：]"
        r"[^\[\]()（）【】［］]{0,160}|citation needed|sources?|citations?|refs?|references?|来源|引用)[\])）】］]",
        re.IGNORECASE,
    ),
    re.compile(r"(?<=[.,;:!?)”\"’。，；！？])[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}(?!\w)"),
    re.compile(r"<ref\b[^<>\n]{0,200}/>|<ref\b[^<>\n]{0,200}>[^<>\n]{0,400}</ref>", re.IGNORECASE),
    re.compile(r"</?(?:ref|cite|sup|source|citation)\b[^<>\n]{0,200}>", re.IGNORECASE),
)
LINKS = (
    re.compile(r"!\[([^\[\]\n]{0,300})\]\(([^()\s]{0,500})[^()\n]{0,200}\)"),
    re.compile(r"\[([^\[\]\n]{0,300})\](?:\([ \t]{0,9}<?([^()\s<>]{0,500})>?[^()\n]{0,200}\)|\[[^\[\]\n]{0,60}\])"),
)
"""[words](address), and [words][label]; the first group is the words, the second the address."""
ADDRESS = re.compile(
    rf"{_BLANK}[<(（]?(?:(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{{0,20}}://|(?<![\w.])www\.|\bdoi:[ ]?|\bdoi\.org/|\barxiv:[ ]?"
    r"|\bisbn[ :]{1,3}(?=[\dX-]{9})|(?<![\w.])10\.\d{4,9}/|://)[^\s<>\"“”]{0,1000}>?",
    re.IGNORECASE,
)
BESIDE_ADDRESS = " \t<>()（）.,;:!?。，；：！？'*_"
"""Signs at either end of an address that are none of it."""
_LIST_TITLE = re.compile(
    r"(?:#{1,6}[ \t]{0,4})?(?:\*{1,2})?(?:references|bibliography|works cited|sources(?: cited)?|citations|further reading"
    r"|endnotes|footnotes"
    r"|参考文献|参考资料|參考文獻|參考資料|引用文献|资料来源|來源|来源|脚注|注释)[ \t]{0,4}[:：]?(?:\*{1,2})?[:：]?",
    re.IGNORECASE,
)
_LIST_LINE = re.compile(r"(?:[-*+•]|\d{1,3}[.)、]|[\[【(（])|.{0,300}?(?:(?:1[5-9]|20)\d\d|https?:|www\.|doi)")


def references_at(text: str) -> int | None:
    """Where a list of references begins that ends a text; None where there is none."""
    lines = text.split("\n")
    place = len(text)
    for line in reversed(lines):
        place -= len(line)
        said = line.strip()
        if _LIST_TITLE.fullmatch(said):
            return (
                place + len(line) if said.startswith("#") and not text[:place].strip() else place
            )  # a section's heading
        if said and not _LIST_LINE.match(said):
            return None
        place -= 1  # the line break before it
    return None

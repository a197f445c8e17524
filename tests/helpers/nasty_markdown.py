"""Markdown as nobody should write it: everything nested in everything, unclosed, empty, doubled, in every script.

Every word is `wNx` with a number of its own, so that a lost one is noticed.
"""

import random
import re
from collections.abc import Iterator
from itertools import count

from longwriter.characters import whole

ODD = [
    "\x00",
    "\x07",
    "\x0b",
    "\x0c",
    "\x1b[0m",
    "\x1f",
    "\x7f",
    "\x85",
    "\u00a0",
    "\u200b",
    "\u200d",
    "\u200f",
    "\u202e",
    "\u2028",
    "\u2066",
    "\ufeff",
    "\ufffe",
    "\uffff",
    "\ud800",
    "\udc00",
    "\U0001f600",
    "\U0001f469\u200d\U0001f680",
    "\U00020000",
    "\U000f0001",
    "\U0010ffff",
    "e\u0301",
    "&amp;",
    "&lt;",
    "&#0;",
    "&#12;",
    "&#x1F;",
    "&#xD800;",
    "&#xFFFE;",
    "&nbsp;",
    "&bogus;",
    "&",
    "<",
    ">",
    '"',
    "'",
    "`",
    "``",
    "*",
    "**",
    "_",
    "__",
    "~~",
    "~",
    "[",
    "]",
    "![",
    "](",
    ")",
    "(",
    "|",
    "\\",
    "\\|",
    "\\\n",
    "  \n",
    "\t",
    "#",
    "$",
    "]]>",
    "-->",
    "<!--",
    "<br>",
    "<br/>",
    "<b>",
    "</b>",
    "<script>",
    "</script>",
    "<img src=x onerror=y>",
    "<a href='x'>",
    "<?php",
    "<![CDATA[",
    "\r",
    "\r\n",
]
SPOKEN = [
    "море и снег",
    "大海与雪。",
    "海と雪です",
    "바다와 눈",
    "البحر والثلج",
    "הים והשלג",
    "η θάλασσα",
    "समुद्र और बर्फ",
    "ทะเลและหิมะ",
    "l’été",
]
ADDRESSES = [
    "https://example.org/a?b=c&d=e#f",
    "http://[::1",
    "https://ex ample.org",
    "https://exa|mple.org/",
    "http://",
    "https://例え.jp/путь",
    "mailto:a@b.org",
    "mailto:<",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "pic.png",
    "../pic.png",
    "missing.png",
    "#w1x",
    "#",
    "##",
    "#h1",
    "chapter.md",
    "HTTPS://EXAMPLE.ORG/%zz",
    "http://a.b/\"onmouseover='x'",
    "http://user:pw@h:99999/",
    "//x.org/y",
    "http://a/{b}^`c",
    "https://a.b/%",
    "ftp://x.org",
    "http:///x",
    "http://a b",
    "https://a.b:port/",
    "http://%41",
    "http://a\\b",
]


class Nasty:
    """A text after another."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._number = count(1)

    def text(self) -> str:
        """A text of up to some dozen blocks."""
        blocks = [self._block(0) for _ in range(self._random.randint(0, 14))]
        return self._random.choice(["\n\n", "\n\n", "\n\n", "\n"]).join(blocks)

    def _word(self) -> str:
        return f"w{next(self._number)}x"

    def _words(self, most: int = 6) -> str:
        return " ".join(self._word() for _ in range(self._random.randint(0, most)))

    def _inline(self, depth: int = 0) -> str:
        chance, inner = self._random.random(), self._inline(depth + 1) if depth < 4 else self._word()
        if chance < 0.3:
            return self._words()
        if chance < 0.36:
            return "".join(self._random.choices(ODD, k=self._random.randint(1, 4)))
        if chance < 0.4:
            return self._random.choice(SPOKEN)
        if chance < 0.55:
            mark = self._random.choice(["*", "**", "***", "_", "__", "~~", "`", "``"])
            return f"{mark}{inner}{mark}"
        if chance < 0.65:
            address = self._random.choice(ADDRESSES)
            title = self._random.choice(["", "", f' "{self._word()}"'])
            form = self._random.choice(
                ["[{0}]({1}{2})", "![{0}]({1}{2})", "[![{0}]({1})]({1})", "<{1}>", "[{0}](<{1}>{2})", "[{0}]"]
            )
            return form.format(inner, address, title)
        if chance < 0.75:
            return self._random.choice(
                ["[^1]", "[^2]", "[^a]", "[^zz]", f"^[{inner}]", "[^ ]", f"[{inner}[^1]](https://a.b)"]
            )
        more = self._inline(depth + 1) if depth < 4 else ""
        return f"{inner} {more}{self._random.choice(['', ' ', chr(10)])}{self._words(2)}"

    def _block(self, depth: int) -> str:
        kinds = [
            self._inline,
            self._inline,
            self._heading,
            self._list,
            self._table,
            self._quote,
            self._code,
            self._note,
            self._rule,
            self._html,
            self._definition,
            self._deep,
            lambda: "\n".join(self._block(depth + 1) for _ in range(2)),
        ]
        if depth > 3:
            return self._inline()
        made = self._random.choice(kinds)()
        return made if self._random.random() < 0.9 else "    " + made

    def _heading(self) -> str:
        text = self._random.choice(
            [
                self._inline(),
                self._words(),
                "",
                "Chapter",
                "Part One",
                "第一部",
                "Chapter",
                "# #",
                self._random.choice(SPOKEN),
            ]
        )
        if self._random.random() < 0.2:
            return f"{text}\n{self._random.choice(['===', '---', '-'])}"
        return (
            f"{'#' * self._random.randint(1, 7)}{self._random.choice([' ', ' ', ' ', ''])}{text.replace(chr(10), ' ')}"
        )

    def _list(self) -> str:
        out = list[str]()
        for _ in range(self._random.randint(1, 5)):
            mark = self._random.choice(["-", "*", "+", "1.", "7)", "1984.", "0.", "999999999."])
            inner = self._block(2) if self._random.random() < 0.4 else self._inline()
            out.append(f"{mark} " + inner.replace("\n", "\n" + " " * self._random.choice([0, 2, 3, 4])))
        return self._random.choice(["\n", "\n\n"]).join(out)

    def _table(self) -> str:
        columns = self._random.randint(1, 4)

        def row(cells: int) -> str:
            edge = self._random.choice(["|", "|", ""])
            return edge + "|".join(f" {self._inline(3).replace(chr(10), ' ')} " for _ in range(cells)) + edge

        rules = "|" + "|".join(self._random.choice(["---", ":-:", "--:", ":--"]) for _ in range(columns)) + "|"
        rows = [
            row(max(1, columns + self._random.choice([0, 0, 0, 1, -1, 3]))) for _ in range(self._random.randint(0, 4))
        ]
        return "\n".join([row(columns), rules, *rows])

    def _quote(self) -> str:
        inner = self._block(2)
        return "\n".join(self._random.choice(["> ", ">", "> > ", "> "]) + line for line in inner.split("\n"))

    def _code(self) -> str:
        fence = self._random.choice(["```", "~~~", "````"])
        language, end = self._random.choice(["", "python", "a b", "<x>"]), self._random.choice([fence, fence, ""])
        return f"{fence}{language}\n{self._inline()}\n{end}"

    def _note(self) -> str:
        label = self._random.choice(["1", "2", "a", "never", "x y"])
        body = self._random.choice(
            [self._inline(), "", f"{self._words()}\n\n    {self._inline()}", f"\n    {self._list()}"]
        )
        return f"[^{label}]: {body}"

    def _rule(self) -> str:
        return self._random.choice(["***", "---", "* * *", "_____", "\\newpage", "+++", "---\ntitle: x\n---"])

    def _html(self) -> str:
        return self._random.choice(
            ["<div>\n{}\n</div>", "<!-- {} -->", "<p align=center>{}", "<table><tr><td>{}</table>", "<!--{}"]
        ).format(self._inline())

    def _definition(self) -> str:
        label, title = self._random.choice(["1", "ref", self._word()]), self._random.choice(["", f'"{self._word()}"'])
        return f"[{label}]: {self._random.choice(ADDRESSES)} {title}"

    def _deep(self) -> str:
        times, word = self._random.choice([5, 30, 120]), self._word()
        form = self._random.choice(
            [
                "> ",
                "- ",
                "1. ",
                "*a **b ",
                "[",
                "![",
                "> - ",
                "**",
                "`",
                "<b>",
                "_a *b ",
                "  - ",
                "\t",
                "~~",
                "(",
                "[^1]",
                "^[",
            ]
        )
        return form * times + word


def lost(source: str, shown: str) -> Iterator[str]:
    """Words of a nasty text that are not among what is shown, but those that Markdown means to hide.

    Those are addresses and titles of links, definitions of links, comments, and what a fence says about its code.
    """
    there = set(re.findall(r"w\d+x", shown))
    hidden = re.compile(
        r"\]\([^\n]*|^.*\]:[^\n]*(?:\n[^\n]*)?|<!--(?:[^-]|-(?!->))*|^.*(?:```|~~~)[^\n]*", re.MULTILINE
    )
    maybe = {word for span in hidden.findall(whole(source)) for word in re.findall(r"w\d+x", span)}
    yield from (word for word in dict.fromkeys(re.findall(r"w\d+x", source)) if word not in there and word not in maybe)

from longwriter.intake.pieces import proved, split
from longwriter.intake.source import SourceText


def md(text: str) -> SourceText:
    return SourceText(text, "md", "draft.md", "utf-8")


def txt(text: str) -> SourceText:
    return SourceText(text, "txt", "draft.txt", "utf-8")


def seen(source: SourceText) -> list[tuple[str, str, str]]:
    pieces = split(source)
    proved(source.text, pieces)
    assert "".join(source.text[p.start : p.end] for p in pieces) == source.text
    return [(p.kind, p.title, source.text[p.body : p.end]) for p in pieces]


def test_markdown_chapters_with_a_title_page() -> None:
    text = "# The Sea\n\nby A. Nyone\n\n## One\n\nIt rained.\n\n## Two\n\nIt stopped.\n"
    assert seen(md(text)) == [
        ("front", "The Sea", "by A. Nyone\n\n"),
        ("chapter", "One", "It rained.\n\n"),
        ("chapter", "Two", "It stopped.\n"),
    ]


def test_plain_chapters_keep_line_ends_and_marks() -> None:
    text = "\ufeffCHAPTER I.\r\n\r\nIt rained.\r\n\r\nCHAPTER II.\r\n\r\nIt stopped.  \r\n\x0c"
    assert seen(txt(text)) == [
        ("chapter", "CHAPTER I.", "It rained.\r\n\r\n"),
        ("chapter", "CHAPTER II.", "It stopped.  \r\n\x0c"),
    ]

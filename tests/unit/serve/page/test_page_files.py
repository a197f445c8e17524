"""What leaves as a file, and the page's own files: forms, names, tags, and that nothing of a text acts in them."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
from tests.helpers.desk_server import DeskClient

from longwriter.api.runs import Run
from longwriter.export.formats import FORMATS
from longwriter.serve.exports import disposition
from longwriter.serve.page.static import MEDIA

ONE = "/api/runs/one"
EVIL = "</main></html><script>alert(1)</script>\n\n<img src=x onerror=alert(1)> ![p](https://evil.example/p.png)"


def test_markdown_is_the_text_of_the_run(page: DeskClient, home: Path) -> None:
    answer = page.raw("GET", f"{ONE}/export/md")
    assert answer.text == Run(home / "one").text
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["content-disposition"] == "attachment; filename=\"one.md\"; filename*=UTF-8''one.md"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_html_is_one_file_with_contents_and_no_request(page: DeskClient, home: Path) -> None:
    run = Run(home / "one")
    html = page.raw("GET", f"{ONE}/export/html").text
    for section in run.plan.sections:
        assert html.count(f">{section.title}<") == 2
        heading = re.search(rf'id="(h\d+)">{section.title}<', html)
        assert heading is not None
        assert f'href="#{heading[1]}"' in html
    assert f"<h1>{run.plan.title}</h1>" in html
    assert re.findall(r"(?:src|href)=..", html) == ['href="#'] * len(run.plan.sections)
    assert "url(" not in html
    assert "@media print" in html
    assert "prefers-color-scheme: dark" in html


def test_hostile_text_does_nothing_in_a_file(page: DeskClient) -> None:
    page.put(f"{ONE}/sections/0", {"text": EVIL})
    sections = page.get(ONE)["sections"]
    told = [{k: s[k] for k in ("id", "title", "chapter", "point", "words")} for s in sections]
    told[1] |= {"title": "</title><script>alert(1)</script>", "chapter": "<img src=x onerror=alert(1)>"}
    page.put(
        f"{ONE}/outline", {"title": "</h1><script>alert(1)</script>", "sections": told, "keep": {"1": told[1]["id"]}}
    )
    html = page.raw("GET", f"{ONE}/export/html").text
    assert "<script" not in html
    assert "<img" not in html
    assert html.count("</html>") == 1
    assert "default-src 'none'" in html


def test_forms_that_there_are(page: DeskClient) -> None:
    assert (
        page.get("/api/me")["exports"] == ["md", "html", "epub", "docx", "pdf", "txt", "bib", "json"] == list(FORMATS)
    )
    assert page.raw("GET", f"{ONE}/export/epub").content[:4] == b"PK\x03\x04"
    assert "md, html" in page.get(f"{ONE}/export/exe", 404)["error"]["message"]


def test_a_files_name_holds_no_quote_or_line(page: DeskClient) -> None:
    assert disposition('a"b\r\nx', "md") == "attachment; filename=\"a_b__x.md\"; filename*=UTF-8''a%22b%0D%0Ax.md"
    assert disposition("茶", "html") == "attachment; filename=\"_.html\"; filename*=UTF-8''%E8%8C%B6.html"


@pytest.mark.parametrize(
    "path", ["/", "/new", "/runs/one", "/runs/one/outline", "/runs/one/sections/0", "/runs/one/report", "/runs/nobody"]
)
def test_every_view_is_one_page(page: DeskClient, path: str) -> None:
    answer = page.raw("GET", path)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "<script>" not in answer.text
    assert "style=" not in answer.text


def test_a_browser_keeps_a_file_until_it_is_another(page: DeskClient) -> None:
    first = page.raw("GET", "/assets/main.js")
    assert first.headers["content-type"].startswith("text/javascript")
    tag = first.headers["etag"]
    assert page.raw("GET", "/assets/main.js", **{"if-none-match": f'"x", W/{tag}'}).status_code == 304
    assert page.raw("GET", "/assets/main.js", **{"if-none-match": '"x"'}).status_code == 200
    assert page.raw("GET", "/assets/base.css").headers["content-type"] == "text/css; charset=utf-8"


@pytest.mark.parametrize(
    "name", ["nothing.js", "..%2froutes.py", "%2e%2e/routes.py", "routes.py", "", "index.html%00", "main.js/x"]
)
def test_no_other_file_is_served(page: DeskClient, name: str) -> None:
    status, said = page.exact(f"/assets/{name}")
    assert status in (400, 404)
    assert "import" not in said


def test_all_files_of_the_page_have_a_kind_that_is_served() -> None:
    names = [file.name for file in (files("longwriter.serve.page") / "assets").iterdir() if file.is_file()]
    assert names
    assert {name.rpartition(".")[2] for name in names} <= MEDIA.keys()

"""Texts by grammar, as models and people write them, right and nearly right: `made("plan", random)`.

A rule is a list of alternatives; «rule» stands for one of them, «rule*» for none to six, «rule+» for one to forty, «=rule»
for one as a JSON string, «&rule» for one as XML. Beyond `DEEPEST` rules within one another the first alternative is taken, so that all texts end.
"""

import json
import re
from random import Random
from xml.sax.saxutils import escape

DEEPEST = 9

RULES: dict[str, list[str]] = {
    "word": [
        "harbour", "the", "a", "Keeper", "letter", "1914", "don't", "3,000.5", "état", "größer", "雾", "字", "港口", "소설",
        "きりの", "туман", "ضباب", "ערפל", "หมอก", "कोहरा", "w\u0301", "x", "I", "e.g.", "Mr.", "https://a.b/c?d=1",
        "\U0001f600", "x" * 40, "_", "naïve",
    ],
    "words": ["«word»", "«word» «word»", "«word» «word» «word» «words»", "«word»«word»"],
    "number": [
        "400", "0", "-5", "1,200", "1.200", "500-800", "2–3", "1.5k", "四百", "三千五百", "２００", "٣٠٠", "½", "Ⅳ", "1e999", "NaN",
        "9" * 30, "1_000", "2-3万", "half a million", "five hundred", "twenty", "1/2", "0x10", "007", "１２，０００",
    ],
    "digits": ["400", "600", "50", "1200", "0", "7"],
    "unit": [
        " words", " word", "字", " mots", " palabras", " Wörter", "文字", "자", " слов", " كلمة", " pages", "页", "-word", "", " each",
        " w", "%", " chapters", "章",
    ],
    "length": ["«number»«unit»", "about «number»«unit»", "(«number»«unit»)", "（«number»字）", "«number» to «number»«unit»", "~«number»"],
    "sentence": ["«words».", "«words»。", "«words»!", "“«words»?”", "«words»", "«words», «words»; «words».", "*«words»*", "**«words»**"],
    "spoken": ["«sentence» ", "«sentence» «sentence» ", "«sentence»\n\n"],
    "prose": ["«sentence» «sentence*»", "«spoken+»", "«sentence»\n«sentence*»", "«prose»\n\n«prose»", ""],
    "title": ["«words»", "**«words»**", "Chapter «number»: «words»", "第«number»章 «words»", "«words» («length»)", "\"«words»\"", ""],
    "mark": [
        "1. ", "2) ", "- ", "* ", "• ", "# ", "## ", "### ", "Chapter 3: ", "Paragraph 1 - ", "第一章 ", "段落1：", "IV. ", "a) ", "> ",
        "(1) ", "1.2.3 ", "① ", "[ ] ", "- [x] ", "\ufeff1. ", "\u200b- ", "Kapitel 2 – ", "",
    ],
    "line": [
        "«mark»«title»: «sentence»", "«mark»«title» «length»", "«mark»**«title»** «length»: «sentence»", "«title»",
        "«mark»Main Point: «sentence» - Word Count: «length»", "  «line»", "«mark»主要内容：«sentence» 字数：«length»", "total: «length»",
        "title: «title»", "words: «number»", "point: «sentence»",
    ],
    "entry": ["«line»\n", "«line»\n\n", "«mark»«words» («digits» words): «sentence»\n", "«section»,\n"],
    "lines": ["«line»\n«line*»", "«line»\n\n«lines»", "«line»", "«entry+»"],
    "key": [
        "title", "point", "words", "sections", "chapters", "chapter", "goal", "length", "titulo", "palabras", "标题", "要点", "字数", "章节",
        "task_type", "sub_tasks", "id", "name", "word_count", "min_words", "content", "section_1", "Fog", "arguments", "x",
    ],
    "value": ["«=words»", "«number»", "«=length»", "«json»", "null", "true", "[«number», «number»]", '{"min": «number»}', "«=plan»"],
    "pair": ["«=key»: «value»", '"title": «=title»', '"words": «number»', '"point": «=sentence»', "«key»: «value»", "'a': 'b'"],
    "section": [
        '{"title": «=title», "point": «=sentence», "words": «digits»}', '{"标题": «=title», "要点": «=sentence», "字数": «=length»}',
        "{«pair», «pair», «pair»}", '[«=title», «=sentence», «number»]', "«=line»", "«json»",
    ],
    "json": [
        '{"sections": [«section», «section»]}', "[«section», «section», «section»]", "{«pair»}", "{«pair», «pair», «pair»}", "[«value»]", '{"sections": [«item+»{}]}', '{"sections": [«section», «section», «section»], "total": «digits»}',
        '{"title": «=title», "chapters": [{"title": «=title», "sections": [«section», «section»]}]}', '{"answer": «=json»}', "{}", "[]",
        '{"name": "plan", "arguments": «=json»}',
    ],
    "item": ['{"title": «=title», "point": «=sentence», "words": «digits»}, ', "«section», "],
    "jsonl": ["«section»\n«section»\n«section»", "«json»\n«json»", "«section»,\n«section»"],
    "yaml": [
        "title: «words»\nsections:\n  - title: «title»\n    point: «sentence»\n    words: «number»\n  - title: «title»\n    words: «length»\n",
        "- «key»: «words»\n  «key»: «number»\n- «key»: «title»\n", "«words»:\n  «key»: «number»\n", "content: |\n  «prose»",
    ],
    "attributes": ["", ' title="«&title»"', ' words="«number»" title="«&words»"', " class=x", ' id="«word»" epub:type="chapter"'],
    "tag": ["section", "title", "words", "point", "item", "plan", "answer", "think", "li", "p", "b", "div", "标题", "text", "chapter"],
    "tags": [
        "<section><title>«&title»</title><point>«&sentence»</point><words>«number»</words></section>\n«tags»", "<plan>\n«plan»\n</plan>",
        "<«tag»«attributes»>«&words»</«tag»>", "<«tag»>«tags»</«tag»>", "<«tag»/>", "</«tag»>", "<«tag»", "<!-- «words» -->",
    ],
    "cells": ["| «words» | «words» | «number» |", "| «title» | «length» |", "|---|---|---|", "a | b", "| # | Title | Point | Words |", "||"],
    "table": ["| # | Title | Words |\n|---|---|---|\n«cells»\n«cells»\n«cells»", "«cells»\n«cells»", "| a\\|b | 300 |"],
    "plan": ["«lines»", "«json»", "«jsonl»", "«yaml»", "«table»", "«tags»", "«talk»\n\n«plan»", "«plan»\n\n«plan»", "```json\n«json»\n```", "«=json»"],
    "outline": [
        "# «title»\n\n> «request»\n\n1. **«words»** («number» words): «sentence»\n2. **«words»** (400 words)\n\n<!-- total: «length» -->\n",
        "## «title»\n\n1. **«title»**（«number»字）：«sentence»\n   «sentence»\n", "«plan»",
    ],
    "talk": ["Here is the plan:", "Sure! «sentence»", "好的，以下是大纲：", "Let me know if «words».", "I'm sorry, «sentence»", "«think»", ""],
    "think": ["<think>«prose»</think>", "<think>\n«plan»", "</think>", "<THINK>«words»</think>", "<reasoning>«prose»</reasoning>", "`<think>`",
              "<|channel|>analysis<|message|>«prose»<|end|>", "[THINK]«words»[/THINK]", "◁think▷«words»◁/think▷", "<seed:think>«prose»"],
    "request": [
        "Write a «length» story on «words»", "写一篇«number»字的«words»", "Écris un roman de «length»", "«sentence» «length» «sentence»",
        "no more than «length», at least «length»", "Introduction: «length». Body: «length».", "each of the «number» chapters «length»",
        "不少于«number»字，不超过«number»字", "my book has «length»; «words»", "«number» sections of «length» each",
    ],
    "reply": [
        "«think»«prose»", "«talk»\n\n«prose»", "«json»", "«prose»[to be continued]", "«prose»\n\n(«length»)", "<text>«prose»</text>", "«tags»",
        "«yaml»", "```\n«prose»\n```", "# «title»\n\n«prose»", "«prose» «prose» «prose»", "«=prose»",
    ],
    "verdict": [
        '{"better": "A"}', '{"score": «number»}', '{"scores": [«number», «number»]}', '{"range": [«number»00, «number»00]}', '{"keep": true}',
        '{"reason": «=sentence», "verdict": "A>>B"}', "[[A«op»B]]", '{"Relevance": 5, "Accuracy": 4, "Coherence": "3", "Analysis": «=prose»}',
        "«sentence»\n```json\n«verdict»\n```", "«verdict»\n«verdict»", "{«pair», «pair»}", '{"instruction": «=request», "sections": [«section»]}',
        '{"score": "«number»", "reason": «=sentence»}', "«json»",
    ],
    "op": [">", ">>", "=", " > ", "＞", "<"],
    "inline": ["«words»", "*«words»*", "**«words»**", "[«words»](«word»)", "![«word»](«word»)", "`«words»`", "[^1]", "<b>«&words»</b>", "&amp;", "\\*", "$x$"],
    "block": [
        "# «inline»", "## «inline»", "«inline»\n===", "«prose»", "«inline» «inline»", "- «inline»\n- «inline»", "> «prose»", "«table»", "```\n«prose»\n```",
        "[^1]: «sentence»", "---", "***", "1. «inline»", "1984. «sentence»", "<div>\n«&prose»\n</div>", "+++\ntitle = «=words»\n+++",
        "---\ntitle: «words»\n---", "{.class #id}", "\f", "    «words»", "[«word»]: «word» \"«words»\"", "Chapter «number»", "CHAPTER IV.",
        "第«number»章", "[Illustration: «words»]", "*** START OF THIS PROJECT GUTENBERG EBOOK ***", "*** END OF THE PROJECT", "  12  ",
    ],
    "section_of": ["«block»\n\n"],
    "markdown": ["«section_of+»", "«block»\n\n«block»", "«block»\n\n«markdown»", "«block»\n«block»\n\n«markdown»", "«block»\r\n\r\n«block»"],
    "html": [
        "<html><head><title>«&words»</title></head><body«attributes»>«html*»</body></html>", "<p«attributes»>«&prose»</p>", "<h2>«&title»</h2>«html*»",
        "<ul><li>«&words»<li>«&words»</ul>", "<table><tr><td>«&words»<td>«number»</table>", "<div«attributes»>«html»«html*»", "«tags»", "&nbsp;&eacute;&#0;&#x110000;",
        "<span class=pagenum>[12]</span>", "<br>«&prose»<hr/>", "<svg><text>«&words»</text></svg>", "<ruby>雾<rt>wù</rt></ruby>", "<![CDATA[«words»]]>", "<pre>«&prose»</pre>",
    ],
    "row": [
        '{"instruction": «=request», "input": «=prose», "output": «=prose»}', '{"prompt": «=request», "words": «digits», "id": «=word»}',
        '{"messages": [{"role": "user", "content": «=request»}, {"role": «=role», "content": «=prose»}]}', '{"query": «=request», "response": «=prose», "context": «=words»}',
        '{"conversations": [{"from": "human", "value": «=request»}, {"from": «=role», "value": «=prose»}]}', '{"messages": «json»}',
        '{"messages": [{"role": "user", "content": [{"type": "text", "text": «=words»}, «value»]}]}', "«json»", '{"history": [[«=words», «value»]], "prompt": «value»}',
    ],
    "role": ["user", "assistant", "gpt", "human", "tool", "system"],
    "rows": ["«row»", "«row»\n«row»\n«row*»", "\ufeff«row»", "«row»\r\n\r\n«row»"],
    "chunk": [
        'data: {"choices": [{"delta": {"content": «=words»}}]}\n\n', "data: [DONE]\n\n", ": ping\n\n", 'data: «json»\r\n\r\n', "event: error\ndata: «json»\n\n",
        'data: {"error": «=sentence»}\n\n', "«json»\n", "id: 3\n", "data:«words»\ndata: «words»\n\n",
    ],
    "stream": ["«chunk+»", "«json»", "«chunk»«chunk»", "<html>«prose»</html>", "«chunk*»«json»"],
    "setting": ["words", "model", "base_url", "temperature", "seed", "language", "extra_body", "section_words", "writer.model", "«key»"],
    "toml": [
        '«setting» = «number»\n«toml»', "[writer]\nmodel = «=word»\n", "«setting» = «value»\n", '[[price]]\nmodel = «=word»\ninput = «number»\noutput = «number»\nas_of = 2026-01-01\n',
        "«setting» = «=words»", "[«setting»]\n«toml»",
    ],
}  # fmt: skip
_HOLE = re.compile(r"«([=&]?)(\w+)([*+]?)»")
_TIMES = {"": (1, 1), "*": (0, 6), "+": (1, 40)}


def made(rule: str, random: Random, depth: int = 0) -> str:
    """A text of a rule."""
    alternatives = RULES[rule]
    chosen = alternatives[0] if depth > DEEPEST else random.choice(alternatives)

    def filled(hole: re.Match[str]) -> str:
        coded, name, several = hole.groups()
        least, most = _TIMES[several]
        times = random.randint(least, most) if depth < DEEPEST else least
        text = "".join(made(name, random, depth + 1) for _ in range(times)) if depth <= DEEPEST + 2 else ""
        return json.dumps(text, ensure_ascii=random.random() < 0.2) if coded == "=" else escape(text) if coded else text

    return _HOLE.sub(filled, chosen)

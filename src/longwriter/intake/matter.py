"""What stands before and after the text of a work, by the names that its headings have."""

from functools import cache

from longwriter.readers.headings import dropped
from longwriter.readers.numbering.words import words_in

_FRONT = """
preface|foreword|dedication|epigraph|title page|half title|acknowledgments|acknowledgements|abstract|author's note|
author's preface|author's foreword|to the reader|also by the author|cover|copyright page|list of abbreviations|
préface|avant-propos|dédicace|remerciements|avertissement|au lecteur|résumé|page de titre|
vorwort|geleitwort|zum geleit|widmung|danksagung|vorbemerkung|zusammenfassung|titelseite|
prefacio|dedicatoria|agradecimientos|al lector|nota del autor|resumen|prefácio|dedicatória|agradecimentos|ao leitor|
prefazione|dedica|ringraziamenti|al lettore|premessa|
предисловие|от автора|посвящение|благодарности|аннотация|к читателю|передмова|від автора|
序|自序|代序|序言|前言|献词|獻詞|致谢|致謝|题献|題獻|作者的话|内容简介|內容簡介|内容提要|
まえがき|はしがき|前書き|献辞|謝辞|머리말|서문|들어가는 말|감사의 말|
مقدمة المؤلف|إهداء|الإهداء|شكر وتقدير|הקדמה|פתח דבר|תודות
"""
_BACK = """
appendix|appendices|acknowledgments|acknowledgements|about the author|about the authors|works cited|further reading|
abbreviations|reading group guide|discussion questions|
annexe|annexes|appendice|remerciements|à propos de l'auteur|références|
anhang|anhänge|danksagung|über den autor|über die autorin|quellen|quellenverzeichnis|
apéndice|apéndices|anexo|anexos|agradecimientos|sobre el autor|apêndice|apêndices|agradecimentos|sobre o autor|
appendici|ringraziamenti|sull'autore|riferimenti|
приложение|приложения|благодарности|об авторе|примечания|список литературы|литература|
附录|附錄|致谢|致謝|参考文献|參考文獻|作者简介|作者簡介|関連文献|付録|参考書目|著者紹介|謝辞|부록|참고문헌|감사의 말|저자 소개|
ملحق|ملاحق|المراجع|عن المؤلف|נספח|נספחים|תודות|על המחבר
"""


def _keys(names: str) -> frozenset[str]:
    return frozenset(_key(name) for name in names.replace("\n", "").split("|"))


def _key(name: str) -> str:
    return " ".join(word for word, _, _ in words_in(name))


@cache
def _front() -> frozenset[str]:
    return _keys(_FRONT)


@cache
def _back() -> frozenset[str]:
    return _keys(_BACK)


def is_front(title: str) -> bool:
    """Whether such a heading stands over something before the text: a preface, a dedication, contents."""
    return bool(dropped(title)) or _key(title) in _front() or _is_small_print(title)


def is_back(title: str) -> bool:
    """Whether such a heading stands over something after the text: notes, an index, "Appendix B"."""
    words = _key(title).split(" ")
    named = " ".join(words) in _back() or (words[0] in _back() and len(words) > 1)
    return named or bool(dropped(title)) or _is_small_print(title)


def _is_small_print(title: str) -> bool:
    """Whether a line is Project Gutenberg's, around its terms."""
    words = _key(title)
    return "small print" in words or (words.startswith("end of th") and "gutenberg" in words)

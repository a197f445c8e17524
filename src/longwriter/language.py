"""Which language a whole text is in: by its script, and by function words among those written in Latin letters.

For texts; the language of a request, which is too short for this, is `length.languages.language_of`'s, and the choice of
English or Chinese prompts `text.language`'s.

Sure or silent: "" where there is too little to tell. Languages of one script are told apart only where they are listed
here, so Ukrainian passes for Russian, and Swahili for nothing. Pure.
"""

import re
import unicodedata
from collections import Counter
from typing import Literal

from longwriter.text import KANA_OR_HANGUL, STRETCH, each_word

Direction = Literal["ltr", "rtl"]
LEADING = 500
"""Letters that tell which way a text is read."""

FUNCTION_WORDS = {
    "en": "the of and to that it he his with as had for is her she not at by but which from they you this were be have are",
    "de": "der die und das den nicht von sich mit dem des ist im ein eine auf er sie es war auch ich zu wie als aus nach",
    "fr": "le la les et des de du que qui une il elle dans est pas ne pour sur avec au se ce par plus était je nous vous",
    "es": "el la los las de que y en un una se no por con para su lo del al como más pero era le ella él yo muy",
    "it": "il lo la i gli di che e un una non per con del della nel si è al da come più ma era anche lui lei sono",
    "pt": "o a os as de que e em um uma se não por com para do da no na ao seu mais mas era ele ela como foi",
    "nl": "de het een en van ik te dat die niet zijn is op aan met voor er hij zij maar ook als haar was naar om",
}
FURTHER = {
    "vi": "và của là có không được trong một cho những với người các đã khi này đó để từ như ông tôi đến",
    "id": "yang dan di dengan untuk dari ini itu dalam tidak pada akan adalah ke ia mereka juga oleh sebuah seorang saya",
    "tr": "ve bir bu da de için ile çok daha gibi ne ama o kadar olarak olan sonra değil her ki ben",
    "pl": "i w na z się nie do to że jest jak o po od ale był za przez dla jego tak już czy tym",
    "sv": "och att det som en på är av för med den till inte har de ett om var han hon men jag från",
}
ASKING = {
    "en": "a an in on about i my me we our what how who write tell please",
    "de": "schreibe schreib schreiben erzähle über für mit bitte",
    "fr": "écris écrivez rédige rédigez raconte un à l d",
    "es": "escribe escriba escribir cuenta sobre",
    "it": "scrivi scrivere racconta sul sulla",
    "pt": "escreva escreve conte sobre",
    "nl": "schrijf vertel over",
    "sv": "skriv berätta",
    "pl": "napisz opowiedz",
    "tr": "yaz hakkında",
    "id": "tulis tulislah tentang",
    "vi": "viết hãy về",
}
"""What requests begin with, and more that tells short ones apart."""
NAMES = {
    "en": ("English", "anglais|inglés|inglese|inglês|englisch|engels|英[语語文]"),
    "zh": ("Chinese", "mandarin|chinois|chino|cinese|chinês|chinesisch|[中汉漢][语語文]"),
    "ja": ("Japanese", "japonais|japonés|japanisch|日[语語文]|日本語"),
    "ko": ("Korean", "coréen|coreano|koreanisch|[韩韓][语語文国國]|한국어"),
    "de": ("German", "allemand|alemán|tedesco|alemão|deutsch|duits|德[语語文]"),
    "fr": ("French", "français|francés|francese|francês|französisch|frans|法[语語文]"),
    "es": ("Spanish", "espagnol|español|castellano|spagnolo|espanhol|spanisch|spaans|西班牙[语語文]"),
    "it": ("Italian", "italien|italiano|italienisch|italiaans|意大利[语語文]"),
    "pt": ("Portuguese", "portugais|portugués|portoghese|português|portugiesisch|葡萄牙[语語文]"),
    "nl": ("Dutch", "néerlandais|neerlandés|olandese|holandês|niederländisch|nederlands|荷[兰蘭][语語文]"),
    "ru": ("Russian", "russe|ruso|russo|russisch|русск|俄[语語文]"),
    "ar": ("Arabic", "arabe|árabe|arabo|arabisch|عربي|阿拉伯[语語文]"),
    "he": ("Hebrew", "hébreu|hebreo|ebraico|hebräisch|עברית"),
    "el": ("Greek", "grec|griego|greco|grego|griechisch|ελληνικ"),
    "hi": ("Hindi", "हिन्दी|हिंदी|印地[语語]"),
    "th": ("Thai", "ภาษาไทย|泰[语語文]"),
    "vi": ("Vietnamese", "vietnamien|tiếng việt|越南[语語文]"),
    "id": ("Indonesian", "bahasa|indonésien|印尼[语語文]"),
    "tr": ("Turkish", "turc|turco|türkisch|türkçe|土耳其[语語文]"),
    "pl": ("Polish", "polonais|polaco|polacco|polnisch|polski|波[兰蘭][语語文]"),
    "sv": ("Swedish", "suédois|sueco|svedese|schwedisch|svenska|瑞典[语語文]"),
}
"""The English name of each language, and what others call it."""
_SCRIPTS = {
    "ru": "\u0400-\u052f",
    "ar": "\u0600-\u06ff\u0750-\u077f",
    "he": "\u0590-\u05ff",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "hi": "\u0900-\u097f",
    "th": "\u0e00-\u0e7f",
    "zh": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
}
LATIN, HANGUL, KANA = "latin", "hangul", "kana or hangul"
_IN_SCRIPT = {name: re.compile(f"[{letters}]+") for name, letters in _SCRIPTS.items()} | {
    LATIN: re.compile("[A-Za-zÀ-ɏḀ-ỿ]+"),
    HANGUL: re.compile("[\uac00-\ud7a3\u1100-\u11ff]+"),
    KANA: KANA_OR_HANGUL,
}
LETTERS_PER_CHARACTER = 3
"""A Chinese or Korean character stands for about so many letters."""
LEAST_SHARE, LEAST_WORDS = 0.08, 2
"""Function words that a language has to have among a text's words."""
AHEAD = 1.3
"""How far it has to be ahead of the next language."""


def script(text: str) -> str:
    """The script of most of a text: `LATIN`, or the code of the language that stands for it; "" for none."""
    counts = Counter(dict.fromkeys(_IN_SCRIPT, 0))
    for start in range(0, len(text), STRETCH):
        piece = text[start : start + STRETCH]
        counts.update({name: sum(map(len, letters.findall(piece))) for name, letters in _IN_SCRIPT.items()})
    han, latin, hangul, kana = (counts.pop(name) for name in ("zh", LATIN, HANGUL, KANA))
    kana -= hangul
    japanese = 5 * kana > han
    counts["ja" if japanese else "zh"] = LETTERS_PER_CHARACTER * (han + kana * japanese)
    counts["ko"] = LETTERS_PER_CHARACTER * hangul
    counts[LATIN] = latin  # the last: of equals the first is taken
    name, most = counts.most_common(1)[0]
    return name if most else ""


def tongue(text: str) -> str:
    """Code of a text's language, a key of `NAMES`; "" where that is not sure."""
    found = script(text)
    if found != LATIN:
        return found
    words = Counter(word.lower() for word in each_word(text))
    ranked = _votes(words).most_common(2)
    if not ranked or ranked[0][1] < max(LEAST_WORDS, LEAST_SHARE * words.total()):
        return ""
    return ranked[0][0] if len(ranked) == 1 or ranked[0][1] >= AHEAD * ranked[1][1] else ""


def _votes(words: Counter[str]) -> Counter[str]:
    listed = {name: {*text.split(), *ASKING[name].split()} for name, text in (FUNCTION_WORDS | FURTHER).items()}
    votes = {name: sum(words[word] for word in own) for name, own in listed.items()}
    return Counter({name: n for name, n in votes.items() if n})


def languages_in(request: str) -> set[str]:
    """Languages that a request names, in whatever sense: it may want one of them."""
    return {code for code, (name, others) in NAMES.items() if re.search(f"{name}|{others}", request, re.IGNORECASE)}


def differs(text: str, wanted: set[str]) -> bool:
    """Whether a text is for sure in none of these languages; False where too little is known."""
    if not wanted or not (written := script(text)):
        return False
    scripts = {LATIN if code in FUNCTION_WORDS | FURTHER else code for code in wanted}
    if written not in scripts:
        return True
    found = tongue(text)
    return bool(found) and found not in wanted


def direction(text: str) -> Direction:
    """Which way a text is read, by the most of its first letters."""
    letters = re.findall(r"[^\W\d_]", text[: 10 * LEADING])[:LEADING]
    right = sum(unicodedata.bidirectional(letter) in ("R", "AL") for letter in letters)
    return "rtl" if 2 * right > len(letters) else "ltr"

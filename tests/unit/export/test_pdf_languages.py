"""What a reader takes out of a PDF equals the text, in eight languages; the fonts are in the file."""

import re
import unicodedata
from pathlib import Path

import pytest
from tests.helpers.pdf_check import letters, needs_poppler, poppler, printed

from longwriter.export.document import Metadata
from longwriter.export.markdown import publication
from longwriter.export.pdf.fonts import Fonts
from longwriter.export.pdf.make import pdf
from longwriter.export.settings import ExportSettings

PASSAGES = {
    "en": (
        "It is a truth universally acknowledged, that a single man in possession of a good fortune, must be in wa"
        "nt of a wife. However little known the feelings or views of such a man may be on his first entering a ne"
        "ighbourhood, this truth is so well fixed in the minds of the surrounding families, that he is considered"
        " the rightful property of some one or other of their daughters — “efficient”, ‘official’, affluent & waf"
        "fling."
    ),
    "fr": (
        "Longtemps, je me suis couché de bonne heure. Parfois, à peine ma bougie éteinte, mes yeux se fermaient s"
        "i vite que je n’avais pas le temps de me dire : « Je m’endors. » Et, une demi-heure après, la pensée qu’"
        "il était temps de chercher le sommeil m’éveillait ; je voulais poser le volume que je croyais avoir enco"
        "re dans les mains et souffler ma lumière, cœur et âme."
    ),
    "ru": (
        "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. Всё смешалос"
        "ь в доме Облонских. Жена узнала, что муж был в связи с бывшею в их доме француженкою-гувернанткой, и объ"
        "явила мужу, что не может жить с ним в одном доме. Положение это продолжалось уже третий день и мучительн"
        "о чувствовалось и самими супругами."
    ),
    "zh": (
        "此开卷第一回也。作者自云：因曾历过一番梦幻之后，故将真事隐去，而借“通灵”之说，撰此《石头记》一书也。故曰"
        "“甄士隐”云云。但书中所记何事何人？自又云：“今风尘碌碌，一事无成，忽念及当日所有之女子，一一细考较去，觉"
        "其行止见识，皆出于我之上……何我堂堂须眉，诚不若彼裙钗哉？”——2026年。"
    ),
    "ja": (
        "どこで生れたかとんと見当がつかぬ。何でも薄暗いじめじめした所でニャーニャー泣いていた事だけは記憶している"
        "。「おい、その猫はどこから来たのか」と主人が聞く。（下女は黙っている。）しかもあとで聞くとそれは書生とい"
        "う人間中で一番獰悪な種族であったそうだ。"
    ),
    "ko": (
        "새침하게 흐린 품이 눈이 올 듯하더니 눈은 아니 오고 얼다가 만 비가 추적추적 내리었다. 이날이야말로 동소문"
        " 안에서 인력거꾼 노릇을 하는 김 첨지에게는 오래간만에도 닥친 운수 좋은 날이었다. “앞집 마마님을 전찻길까"
        "지 모셔다 드린 것을 비롯하여” 하고 그는 말했다."
    ),
    "ar": (
        "كان في قديم الزمان ملك من ملوك ساسان بجزائر الهند والصين، صاحب جند وأعوان وخدم وحشم له ولدان أحدهما كبير"
        " والآخر صغير، وكانا بطلين وكان الكبير أفرس من الصغير، وقد ملك البلاد وحكم بالعدل بين العباد؛ فهل تعرف اس"
        "مه؟ كان اسمه شهريار."
    ),
    "he": (
        "בראשית ברא אלהים את השמים ואת הארץ. והארץ היתה תהו ובהו וחשך על פני תהום, ורוח אלהים מרחפת על פני המים. "
        "ויאמר אלהים: יהי אור, ויהי אור. וירא אלהים את האור כי טוב, ויבדל אלהים בין האור ובין החשך."
    ),
}
FAMILIES = {"zh": "Noto Serif CJK SC", "ja": "Noto Serif CJK JP", "ko": "Noto Serif CJK KR", "ar": "Noto Naskh Arabic"}


@pytest.fixture(scope="module")
def families(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    return set(Fonts((), tmp_path_factory.mktemp("fonts")).families)


@needs_poppler
@pytest.mark.parametrize("language", PASSAGES)
def test_the_text_that_is_taken_out_is_the_text(language: str, families: set[str], tmp_path: Path) -> None:
    if FAMILIES.get(language, "Libertinus Serif") not in families:
        pytest.skip(f"{FAMILIES[language]} is not installed: apt install fonts-noto-core fonts-noto-cjk")
    text = f"{PASSAGES[language]}\n\n{PASSAGES[language]}"
    data = pdf(publication(text, Metadata(language=language)), ExportSettings(paper="a5"))

    shown = printed(data, tmp_path)
    assert unicodedata.normalize("NFKC", letters(shown)) == unicodedata.normalize("NFKC", letters(text))
    assert b"/Lang" in data
    fonts = poppler("pdffonts", data, tmp_path).splitlines()[2:]
    assert fonts
    assert all(re.search(r"\byes\s+yes\s+yes\b", line) for line in fonts)  # embedded, a subset, with Unicode
    if language in FAMILIES:
        name = FAMILIES[language].replace(" ", "").lower()
        assert any(name in line.lower() for line in fonts)

"""The words that a file has beside its text, in the language of the text; English where none are here."""

from typing import NamedTuple

from longwriter.export.languages import is_traditional_chinese

AUTHORS = " · "
"""Between the authors of a page."""


class Labels(NamedTuple):
    """Those of one language."""

    contents: str
    notes: str
    cover: str
    title_page: str
    beginning: str
    """Where the text begins."""
    untitled: str
    references: str
    """Over the sources of the text."""
    accessed: str
    """Before the date of a source."""


_LABELS = {
    "en": Labels("Contents", "Notes", "Cover", "Title page", "Beginning", "Untitled", "References", "accessed"),
    "zh": Labels("目录", "注释", "封面", "扉页", "正文", "无题", "参考文献", "访问日期"),
    "zh-Hant": Labels("目錄", "註釋", "封面", "扉頁", "正文", "無題", "參考文獻", "訪問日期"),
    "ja": Labels("目次", "注", "表紙", "扉", "本文", "無題", "参考文献", "閲覧日"),
    "ko": Labels("차례", "주석", "표지", "속표지", "본문", "제목 없음", "참고문헌", "확인일"),
    "de": Labels(
        "Inhalt", "Anmerkungen", "Umschlag", "Titelseite", "Textanfang", "Ohne Titel", "Quellen", "abgerufen am"
    ),
    "fr": Labels(
        "Table des matières",
        "Notes",
        "Couverture",
        "Page de titre",
        "Début du texte",
        "Sans titre",
        "Références",
        "consulté le",
    ),
    "es": Labels("Índice", "Notas", "Cubierta", "Portada", "Comienzo", "Sin título", "Referencias", "consultado el"),
    "it": Labels(
        "Indice", "Note", "Copertina", "Frontespizio", "Inizio", "Senza titolo", "Riferimenti", "consultato il"
    ),
    "pt": Labels("Índice", "Notas", "Capa", "Folha de rosto", "Início", "Sem título", "Referências", "acedido em"),
    "nl": Labels("Inhoud", "Noten", "Omslag", "Titelpagina", "Begin", "Zonder titel", "Bronnen", "geraadpleegd op"),
    "ru": Labels(
        "Содержание", "Примечания", "Обложка", "Титульный лист", "Начало", "Без названия", "Источники", "дата обращения"
    ),
    "ar": Labels("المحتويات", "الهوامش", "الغلاف", "صفحة العنوان", "البداية", "بلا عنوان", "المراجع", "تاريخ الاطلاع"),
    "he": Labels("תוכן העניינים", "הערות", "כריכה", "שער", "תחילת הטקסט", "ללא כותרת", "מקורות", "נבדק ביום"),
    "el": Labels("Περιεχόμενα", "Σημειώσεις", "Εξώφυλλο", "Σελίδα τίτλου", "Αρχή", "Χωρίς τίτλο", "Πηγές", "πρόσβαση"),
    "hi": Labels("विषय-सूची", "टिप्पणियाँ", "आवरण", "शीर्षक पृष्ठ", "आरंभ", "शीर्षकहीन", "संदर्भ", "अभिगमन तिथि"),
    "th": Labels("สารบัญ", "เชิงอรรถ", "ปก", "หน้าชื่อเรื่อง", "เริ่มเรื่อง", "ไม่มีชื่อ", "อ้างอิง", "เข้าถึงเมื่อ"),
    "vi": Labels(
        "Mục lục",
        "Chú thích",
        "Bìa",
        "Trang tên sách",
        "Bắt đầu",
        "Không có tiêu đề",
        "Tài liệu tham khảo",
        "truy cập ngày",
    ),
    "id": Labels("Daftar Isi", "Catatan", "Sampul", "Halaman Judul", "Awal", "Tanpa Judul", "Referensi", "diakses"),
    "tr": Labels("İçindekiler", "Notlar", "Kapak", "Başlık sayfası", "Başlangıç", "Başlıksız", "Kaynaklar", "erişim"),
    "pl": Labels("Spis treści", "Przypisy", "Okładka", "Strona tytułowa", "Początek", "Bez tytułu", "Źródła", "dostęp"),
    "sv": Labels("Innehåll", "Noter", "Omslag", "Titelsida", "Början", "Utan titel", "Källor", "hämtad"),
}


def labels(language: str) -> Labels:
    """Those for a language (BCP 47)."""
    key = "zh-Hant" if is_traditional_chinese(language) else language.lower().partition("-")[0]
    return _LABELS.get(key, _LABELS["en"])

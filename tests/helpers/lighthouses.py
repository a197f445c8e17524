"""A book about a lighthouse in eight languages: what is said in each."""

WRITTEN = {
    "en": (
        "The Lighthouse",
        "Salt",
        "The keeper had counted the steps so often that his feet knew them; “What did you see?” she asked.",
        "It was an old book.",
    ),
    "zh": (
        "灯塔",
        "第一章 盐",
        "风从海上来,吹过灯塔的窗。守塔人说:“今夜有雾,船不会来了。”他点上灯——那盏灯他点了四十年……",
        "出自《陋室铭》。",
    ),
    "ja": (
        "灯台",
        "第一章 塩",
        "海から風が吹いて、灯台の窓を過ぎた。「今夜は霧だ」と守り人は言った。彼は四十年、その灯をともしてきた。",
        "古い本です。",
    ),
    "ko": (
        "등대",
        "제1장 소금",
        "바람이 바다에서 불어와 등대의 창을 지났다. “오늘 밤은 안개가 낀다.” 등대지기가 말했다.",
        "오래된 책이다.",
    ),
    "ar": (
        "المنارة",
        "الفصل الأول: الملح",
        "كان الحارس يعد الدرجات كل ليلة حتى حفظتها قدماه، وحين جاءت العاصفة صعد بلا ضوء.",
        "من كتاب قديم.",
    ),
    "he": (
        "המגדלור",
        "פרק ראשון: מלח",
        "השומר ספר את המדרגות בכל לילה עד שרגליו ידעו אותן, וכשבאה הסערה עלה בלי אור.",
        "מספר ישן.",
    ),
    "fr": (
        "Le phare",
        "Le sel",
        "Le gardien avait si souvent compté les marches que ses pieds les savaient ; « Qu’as-tu vu ? » demanda-t-elle.",
        "D’après un vieux livre.",
    ),
    "ru": (
        "Маяк",
        "Глава первая. Соль",
        "Смотритель так часто считал ступени, что ноги знали их лучше головы; «Что ты видел?» — спросила она.",
        "Из старой книги.",
    ),
}
"""Title, chapter, paragraph, note."""

"""Length reward: how near a text's words are to the words asked for.

S_l of LongBench-Write (arXiv:2408.07055, 4.1). Takes two counts, so the caller chooses the counter:
`text.count_words` here, `text.count_longwriter` to compare with published numbers. Says nothing about quality.
"""


def length_score(required: int, written: int) -> float:
    """S_l, 0 to 100: 100 at the required length, 0 at four times it and at a third of it.

    With r = written / required: 100 * max(0, 1 - (r - 1) / 3) when r > 1, else 100 * max(0, 1 - (1 / r - 1) / 2).
    `ValueError` unless `required` > 0 and `written` >= 0, both in words.
    """
    if required <= 0 or written < 0:
        raise ValueError(f"required must be positive and written not negative, got {required} and {written}")
    if written == 0:
        return 0.0
    excess = (written / required - 1) / 3 if written > required else (required / written - 1) / 2
    return 100 * max(0.0, 1 - excess)

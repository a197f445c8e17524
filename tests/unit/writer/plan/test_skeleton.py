"""Plans without a planner: budgets add up, no title comes twice, kinds of text are known by what requests call them."""

import pytest

from longwriter.writer.plan.faults import check_plan
from longwriter.writer.plan.skeleton import KINDS, kind_of, main_person, skeleton_end, skeleton_of, skeleton_plan

REQUESTS = {
    ("en", "story"): "Write a story about a lighthouse keeper",
    ("en", "guide"): "Write a guide to growing tomatoes",
    ("en", "report"): "Write a report on the fishing fleet",
    ("en", "essay"): "Write an essay on silence",
    ("zh", "story"): "写一篇关于灯塔的小说",
    ("zh", "guide"): "写一份种番茄的指南",
    ("zh", "report"): "写一份关于渔业的报告",
    ("zh", "essay"): "写一篇关于沉默的散文",
}


@pytest.mark.parametrize(("language", "kind"), REQUESTS)
def test_a_plan_of_any_number_of_sections_holds(language: str, kind: str) -> None:
    request = REQUESTS[language, kind]
    assert kind_of(request, language) == kind
    beats = skeleton_of(request, language).beats
    for count in range(1, 201):
        words = 137 * count + 11
        plan = skeleton_plan(request, words, count, language)
        sections = plan.sections
        assert len(sections) == count
        assert sum(s.words for s in sections) == words
        assert max(s.words for s in sections) - min(s.words for s in sections) <= 1
        assert len({s.title for s in sections}) == count
        assert sections[0].title == beats[0][0]
        if count > 1:
            assert sections[-1].title.startswith(beats[-1][0])
        assert (len({s.chapter for s in sections}) > 1) == (count > len(beats))
        assert ("" in {s.chapter for s in sections}) == (count <= len(beats))
    check_plan(skeleton_plan(request, 5000, len(beats), language), len(beats), request)


def test_the_names_of_chapters_come_twice_with_a_number() -> None:
    chapters = [s.chapter for s in skeleton_plan("Write a story", 100_000, 64 * 13, "en").sections]
    assert len(set(chapters)) == 13
    assert chapters[-1] == f"{chapters[0]} (2)"


ENGLISH = {
    "story": [
        "Write a story about a lost dog",
        "Tell me a tale of two cities by the sea",
        "A novel set in a mining town",
        "Write a fable with a fox in it",
        "Please write a thriller in which a train disappears",
        "Write a 2,000-word short story about a history teacher",
        "I want a fairy tale for my daughter",
        "Write about a boy who finds a map",
    ],
    "guide": [
        "Write a guide to growing tomatoes",
        "How to repair a bicycle",
        "A beginner's introduction to chess",
        "Write a tutorial on knitting",
        "A handbook for new nurses",
        "Write a step-by-step plan for moving house",
        "Tips for learning to swim",
        "A cookbook of soups",
    ],
    "report": [
        "Write a report on the use of bicycles in cities",
        "The history of tea",
        "An analysis of the housing market",
        "Write an article about the otter",
        "A case study of a bakery",
        "Give an overview of solar power",
        "Write a biography of a lighthouse engineer",
        "The rise of the paper industry",
    ],
    "essay": [
        "Write an essay on silence",
        "A speech for a wedding",
        "Write a letter to a friend",
        "An opinion piece on noise",
        "Reflections on growing old",
        "Write a sermon on patience",
        "A eulogy for a gardener",
        "On walking",
    ],
}
CHINESE = {
    "story": [
        "写一篇关于灯塔看守人的小说",
        "写一个小狗走丢的故事",
        "给孩子写一篇童话",
        "写一部关于茶的历史的小说",
        "写一则寓言",
        "写一个短篇，讲雨夜的车站",
        "写一部长篇，背景是矿山",
        "写一个剧本，两个人在船上",
    ],
    "guide": [
        "写一份种番茄的指南",
        "如何修自行车",
        "写一个编织教程",
        "新护士手册",
        "怎样学会游泳",
        "写一份旅行攻略",
        "围棋入门",
        "写一本汤的食谱",
    ],
    "report": [
        "写一份关于城市自行车的报告",
        "茶的历史",
        "写一篇房地产市场分析",
        "写一份面包店的商业计划",
        "太阳能概述",
        "写一篇关于渔业的论文",
        "写一份市场调研",
        "写一篇新闻报道，讲洪水",
    ],
    "essay": [
        "写一篇关于沉默的散文",
        "婚礼上的演讲",
        "给老朋友写一封信",
        "写一篇随笔，谈散步",
        "写一篇议论文，谈诚信",
        "读后感一篇",
        "写一篇作文，题目是秋天",
        "谈谈孤独",
    ],
}


@pytest.mark.parametrize(("table", "language"), [(ENGLISH, "en"), (CHINESE, "zh")], ids=["en", "zh"])
def test_the_kind_of_text_is_known_by_the_request(table: dict[str, list[str]], language: str) -> None:
    assert tuple(table) == KINDS
    wrong = [
        (r, kind_of(r, language)) for kind, requests in table.items() for r in requests if kind_of(r, language) != kind
    ]
    assert wrong == []


def test_a_story_without_a_name_gets_one_and_always_the_same() -> None:
    name = main_person("Write a story about a lighthouse keeper", "en")
    assert name in skeleton_of("Write a story", "en").names
    assert main_person("Write a story about a lighthouse keeper", "en") == name
    assert main_person("写一个关于灯塔看守人的故事", "zh") in skeleton_of("写一个故事", "zh").names


@pytest.mark.parametrize(
    ("request_", "language"),
    [
        ("Write a story about Tomas Hale, a lighthouse keeper", "en"),
        ("Write a story in which Élodie finds a letter", "en"),
        ('A tale of "Old Ben" and the sea', "en"),
        ("Write a story about a girl named mara", "en"),
        ("Write a story about how I lost my dog", "en"),
        ("Write a guide to growing tomatoes", "en"),
        ("写一个关于李明的故事", "zh"),
        ("写一篇小说，主角是阿秀", "zh"),
        ("写一个名叫小禾的女孩的故事", "zh"),
        ("写一个关于老张的故事", "zh"),
        ("写一份种番茄的指南", "zh"),
    ],
)
def test_no_name_where_the_request_has_one_or_tells_no_story(request_: str, language: str) -> None:
    assert main_person(request_, language) == ""


def test_the_end_of_a_plan_behind_a_draft_has_a_number_only_where_a_title_is_taken() -> None:
    beats = len(skeleton_of("Write a story", "en").beats)
    plan = skeleton_plan("Write a story", 30_000, 3 * beats, "en")
    last, before = plan.sections[-1], plan.sections[-2]
    assert last.title.endswith(" (3)")
    taken = before.title.removesuffix(" (3)")
    titles = [section.title for section in skeleton_end(plan, 2, [taken, "Martha"]).sections]
    assert titles == [f"{taken} (3)", last.title.removesuffix(" (3)")]
    every = [section.title for section in skeleton_end(plan, 3 * beats, ()).sections]
    assert len({*every}) == len(every)

"""What a card changes: short asks, plans without a planner, candidates, and what is sent."""

import asyncio
import json
from pathlib import Path

import pytest
from tests.helpers.making import session, settings, varied, write_with

from longwriter.errors import EmptyReply, InputError, Refused
from longwriter.models.cards import Card, card_of, cards
from longwriter.models.fake import FakeModel
from longwriter.models.limits import token_limit
from longwriter.types import Reply, Request
from longwriter.writer.reply.about_writing import about_writing, without_such
from longwriter.writer.section.context import ContextBuilder
from longwriter.writer.section.request import seed_of
from longwriter.writer.section.worth import of_subject, small_starts, worn, worth
from longwriter.writer.stored import replay

SMALL = {"model": "fake:", "card": "smollm2"}
STORY = "Write a story about a lighthouse keeper who finds a letter in a bottle"


def small(instruction: str = STORY, **more: object):
    return settings(instruction, writer=SMALL, **more)


def test_every_card_is_found_by_the_names_of_its_models() -> None:
    names = {
        "smollm2": [
            "gguf:smollm2",
            "SmolLM2-135M-Instruct.Q4_1.gguf",
            "HuggingFaceTB/SmolLM2-360M-Instruct",
            "smollm2:135m",
        ],
        "tiny": [
            "qwen2.5:0.5b-instruct",
            "Qwen/Qwen3-0.6B",
            "google/gemma-3-270m-it",
            "gguf:models/qwen2.5-0.5b-q8_0.gguf",
        ],
        "small": [
            "llama3.2:1b",
            "smollm2:1.7b",
            "HuggingFaceTB/SmolLM2-1.7B-Instruct",
            "gemma-2-2b-it",
            "qwen2.5-1.5b",
        ],
        "default": [
            "gpt-4o",
            "qwen3:8b",
            "fake:1.0",
            "llama3.2:3b",
            "qwen2.5:32b",
            "gpt-4.1",
            "deepseek-r1:70b",
            "phi-4-14b",
        ],
    }
    for card, models in names.items():
        for model in models:
            assert card_of(model).name == card, model
    assert card_of("gpt-4o", "smollm2").name == "smollm2"
    assert card_of("gguf:smollm2", "default") == Card()
    with pytest.raises(InputError, match="no card 'smol'"):
        card_of("m", "smol")
    assert all(pattern.pattern for pattern, _ in cards().values())


async def test_a_small_model_is_asked_shortly_and_for_no_plan() -> None:
    starts = iter(range(0, 10_000, 22))
    model = FakeModel.scripted(lambda r: varied("The lamp was lit", 22, next(starts)))
    run = session(model, small(words=480))
    result = await run.run()
    assert len(result.report.sections) == 3
    assert result.report.sections[0].title == "A quiet morning"
    assert not any(r.json_schema for r in model.requests)  # the skeleton asks nobody
    card = card_of("smollm2")
    for request in model.requests:
        assert sum(len(m.content.split()) for m in request.messages) < 200  # neither the outline nor all earlier text
        assert request.max_tokens is not None
        assert request.max_tokens <= token_limit(card.longest_ask or 0, card, 1.0)
        assert (request.temperature, request.repeat_penalty, request.min_p) == (0.8, 1.1, 0.05)
    second = next(r for r in model.requests if r.messages[-2].role == "assistant")
    assert second.messages[-2].content.endswith(".")  # the last words, as its own turn
    assert second.messages[-1].content.startswith("Write the next ")


async def test_the_words_of_a_line_are_favoured_until_they_are_there() -> None:
    model = FakeModel.scripted(lambda r: varied("The day is quiet and the light comes in", 9))
    await session(model, small(words=200)).run()
    first = model.requests[0].favour
    assert first["quiet"] == card_of("smollm2").favour
    assert 0 < first["keeper"] < first["quiet"]  # a word of the request has the whole text to come in
    assert "a" not in first


async def test_the_best_of_several_candidates_is_taken_and_the_rest_is_counted(tmp_path: Path) -> None:
    texts = {
        1: varied("Nothing of it", 30),
        2: "The morning is quiet. The light comes in and the day's work begins. " + varied("The keeper rose", 22),
    }
    asked: list[Request] = []

    def speak(request: Request) -> str:
        asked.append(request)
        return texts[2 if len(asked) == 2 else 1]

    model = FakeModel.scripted(speak)
    made = await write_with(model, small(words=160), tmp_path / "a")
    assert "The morning is quiet" in made.text
    assert "Nothing of it" not in made.text
    assert len({r.seed for r in asked}) == len(asked)  # each candidate has a seed of its own
    assert made.report.calls == len(asked)
    kinds = [json.loads(line)["kind"] for line in (tmp_path / "a" / "journal.jsonl").read_text().splitlines()]
    assert kinds.count("wasted") == len(asked) - kinds.count("call")
    assert (await replay(tmp_path / "a")).text == made.text


async def test_a_request_in_a_language_the_model_does_not_write_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="writes English alone"):
        await write_with(FakeModel.scripted([]), small("写一篇关于茶的文章"), tmp_path / "a")


async def test_an_unusable_reply_is_asked_for_once_more_then_named(tmp_path: Path) -> None:
    refusals = ["I'm sorry, but I can't help with that.", "I cannot write this story."]
    plan = json.dumps({"sections": [{"title": "Fog", "point": "the fog comes in", "words": 200}]})
    left = [plan, *refusals]
    model = FakeModel.scripted(lambda r: left.pop(0))
    with pytest.raises(Refused, match="section 1: fake: I cannot write this story"):
        await write_with(model, settings(words=200), tmp_path / "a")
    assert len(model.requests) == 3
    assert model.requests[1].seed != model.requests[2].seed
    left = ["I'm ready to help. What's your request?", varied("The fog came in", 26)]
    again = FakeModel.scripted(lambda r: left.pop(0))
    made = await write_with(again, settings(words=200), tmp_path / "a")
    assert made.report.finished
    assert "ready to help" not in made.text


async def test_a_loop_is_cut_and_the_section_goes_on(tmp_path: Path) -> None:
    good, more = varied("The fog came in", 14), varied("A boat went out", 12)
    plan = json.dumps({"sections": [{"title": "Fog", "point": "the fog comes in", "words": 200}]})
    left = [plan, good + "It was a place where people could visit. " * 400, more, varied("A gull cried", 4)]
    model = FakeModel.scripted(lambda r: left.pop(0))
    made = await write_with(model, settings(words=200), tmp_path / "a")
    assert made.text.count("It was a place where people could visit") <= 1
    assert "The fog came in" in made.text
    assert "A boat went out" in made.text
    assert 180 <= made.report.written <= 214


async def test_a_section_far_too_long_is_trimmed_at_a_sentence(tmp_path: Path) -> None:
    plan = json.dumps({"sections": [{"title": "Fog", "point": "the fog comes in", "words": 200}]})
    left = [plan, varied("The fog came in", 300)]  # 2,100 words
    made = await write_with(FakeModel.scripted(lambda r: left.pop(0)), settings(words=200), tmp_path / "a")
    assert 200 <= made.report.written <= 214
    assert made.text.rstrip().endswith(".")


async def test_fifteen_missing_words_are_not_topped_up_by_forty(tmp_path: Path) -> None:
    plan = json.dumps({"sections": [{"title": "Fog", "point": "the fog comes in", "words": 120}]})
    model = FakeModel.scripted([plan, varied("The fog came in", 15)])  # 105 words and a title
    made = await write_with(model, settings(words=120), tmp_path / "a")
    assert made.report.written == 106


async def test_a_filter_in_the_middle_is_a_fault_of_the_report(tmp_path: Path) -> None:
    plan = json.dumps({"sections": [{"title": "Fog", "point": "the fog comes in", "words": 200}]})
    cut = Reply(text=varied("The fog came in", 29) + "Then the", finish="filter")
    made = await write_with(FakeModel.scripted([plan, cut]), settings(words=200), tmp_path / "a")
    assert made.report.faults == ("section 1 was cut by the provider's content filter",)
    assert made.text.rstrip().endswith(".")  # never inside a sentence


class Stopping(FakeModel):
    """Streams half of its text, then waits for ever."""

    async def reply(self, request, listener=None):
        if request.json_schema or not self.stops:
            return await super().reply(request, listener)
        listener.begin()
        for piece in self.half:
            listener.hear(piece)
        await asyncio.sleep(60)


async def test_a_stopped_section_keeps_its_sentences_and_goes_on_from_them(tmp_path: Path) -> None:
    plan = json.dumps({"sections": [{"title": "Fog", "point": "the fog comes in", "words": 200}]})
    model = Stopping.scripted(lambda r: plan if r.json_schema else varied("A boat went out", 14))
    model.prefill = False
    model.half, model.stops = [varied("The fog came in", 14), "Then somebody sa"], True
    work = asyncio.ensure_future(write_with(model, settings(words=200), tmp_path / "a"))
    await asyncio.sleep(0.3)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    draft = (tmp_path / "a" / "draft.md").read_text()
    assert draft.startswith("## Fog\n\nThe fog came in")
    assert "somebody" not in draft  # no half sentence
    model.stops = False
    made = await write_with(model, settings(words=200), tmp_path / "a")
    assert "The fog came in" in made.text
    assert "A boat went out" in made.text
    assert 180 <= made.report.written <= 214
    assert (await replay(tmp_path / "a")).text == made.text


async def test_headings_are_the_plans_where_the_model_writes_none() -> None:
    plan = json.dumps({"sections": [{"title": t, "point": f"the {t} comes", "words": 200} for t in ("Fog", "Storm")]})
    texts = [varied("The fog came in", 28), "## A storm of my own\n\n" + varied("A boat went out", 28)]
    left = [plan, *texts]
    made = await session(FakeModel.scripted(lambda r: left.pop(0)), settings(words=400)).run()
    assert [line for line in made.text.splitlines() if line.startswith("#")] == ["## Fog", "## A storm of my own"]


def test_seeds_differ_by_step_and_try_and_are_the_same_each_time() -> None:
    seeds = {seed_of(42, f"section:{i}:{k}", n) for i in range(20) for k in range(4) for n in range(3)}
    assert len(seeds) == 240
    assert seed_of(42, "section:a:0", 0) == seed_of(42, "section:a:0", 0)
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_worth_is_the_share_of_line_and_subject_less_faults() -> None:
    line, subject = "Fog: the fog hides a boat", "a story about a harbour"
    text = "Fog hides the harbour. No boat goes out, and that is the story."
    assert worth(line, subject, text, "", 14) == pytest.approx(1.0 - 4 * worn(text))
    assert worth(line, subject, "Rain falls.", "", 14) < 0  # nothing of either, and short
    assert worth(line, subject, text, text, 14) < worth(line, subject, text, "", 14)
    broken = text.rstrip(".") + " and then the"
    assert worth(line, subject, text, "", 14) - worth(line, subject, broken, "", 14) > 0.4  # its end is missing
    harbours = "a report on how harbours changed trade"
    assert of_subject(harbours, "Trade changed.", "") == 1.0
    assert of_subject(harbours, "Trade changed.", "The report: trade changed.") == 0.0  # harbours are wanted by now
    assert of_subject(harbours, "Harbours grew.", "The report: trade changed.") == 1.0
    assert of_subject(harbours, "Trade changed.", "A report: harbours changed trade.") == 1.0
    assert small_starts("One. two. Three.") == pytest.approx(1 / 3)
    assert small_starts("雾来了。船走了。") == 0
    assert worn("fog fog fog fog boat") == pytest.approx(0.8 - 0.06)


async def test_a_plan_line_by_line_is_told_what_came_before_and_falls_back_on_its_beat() -> None:
    lines = iter(
        ["The red boat", "section 2", "section 2", "section 2", "The red boat", "The red boat", "A white gull"]
    )

    def speak(request: Request) -> str:
        if request.json_schema is None:
            return varied("The tide turned", 40)
        title = next(lines)
        return json.dumps(
            {
                "sections": [
                    {"title": title, "point": title if "section" in title else f"{title} sails away", "words": 160}
                ]
            }
        )

    model = FakeModel.scripted(speak)
    run = session(model, settings("Write a story about boats", words=480))
    await run.loop.plan(Card(plan="lines", section_words=160))
    titles = [s.title for s in run.manuscript.plan.sections]
    assert titles[0] == "The red boat"
    assert titles[2] == "A white gull"
    assert titles[1] not in ("section 2", "The red boat")  # a placeholder thrice: its beat of the skeleton stands
    assert "The red boat: The red boat sails away" in model.requests[1].messages[-1].content
    assert len({r.seed for r in model.requests}) == len(model.requests)


async def test_nothing_but_talk_for_ever_is_named(tmp_path: Path) -> None:
    model = FakeModel.scripted(lambda r: "I'm here to help! What's your request?")
    with pytest.raises(EmptyReply, match="talk about the task"):
        await write_with(model, small(words=160), tmp_path / "a")
    assert len(model.requests) <= 2 * card_of("smollm2").candidates


async def test_notes_and_plans_are_bounded_too() -> None:
    model = FakeModel.scripted(
        lambda r: (
            json.dumps({"sections": [{"title": t, "point": f"the {t}", "words": 400} for t in ("Fog", "Sea", "Sun")]})
            if r.json_schema
            else varied("A different word of notes", 5)
        )
    )
    run = session(model, settings(words=1200))
    await run.loop.plan(Card())
    assert model.requests[0].max_tokens == token_limit(150 + 90 * 2, Card(), 1.5) or model.requests[0].max_tokens
    memory = ContextBuilder(run.calls, run.prompts, None, "window", None, lambda m: None)  # type: ignore[arg-type]
    await memory._note("The tide came in.", 80)
    assert model.requests[-1].max_tokens == token_limit(80, Card(), 3.0)
    assert model.requests[-1].seed is not None


def test_paragraphs_about_the_writing_go_and_figures_who_write_stay() -> None:
    story = 'The keeper rose. "I rewrote the first paragraph," she said, and put her pen down.'
    talk = "This is my ending. I added in more details. Here's another example of how your writing style can vary."
    assert not about_writing(story)
    assert about_writing(talk)
    assert about_writing("In the first paragraph, the keeper's face turns to meet his wife's gaze.")
    assert without_such(f"{story}\n\n{talk}\n\nThe sea was calm.") == f"{story}\n\nThe sea was calm."
    for slip in (
        "Here's a sample of writing that describes how you can keep bees.",
        "<<A Beginner's Guide>>",
        "#Beekeeping #Honey Here it comes.",
        "Yours, [Your Name]",
        "Here's how it can be written.",
    ):
        assert about_writing(slip), slip
    assert without_such(talk) == talk  # nothing else is left: the candidate loses by it
    assert worth("Fog: the fog", "a story", story, "", 14) - worth("Fog: the fog", "a story", talk, "", 14) > 0.3


@pytest.mark.parametrize(
    "slip",
    [
        "This time I will create a narrative for this specific scene in the story of Sarah Gray.",
        "This time I'll create a narrative that complements the scene and adds nothing but to the scene.",
        "I will now write the next scene of the story.",
        "Let's continue with the next part of the scene.",
        "In this scene, we will explore how Mary finds the letter.",
        "For this section, I want to show the storm.",
        "The next chapter will focus on her brother.",
        "Continuing the story from where we left off, Mary opens the door.",
        "Here is a short continuation of what happened.",
        "This passage highlights Mary's courage and sets the tone.",
        "The protagonist learns to forgive, which creates a sense of hope.",
        "As an AI language model, I cannot feel the sea.",
        "Based on the given outline, Mary goes home. As per your request, it is short.",
        "The prompt asks for a lighthouse.",
        "He closed the paragraph. Here's the revised text:",
        "Here is a slightly expanded piece with more of the sea in it.",
        "I hope this story meets what you wanted. Let me know if you would like me to change it.",
        "Would you like me to continue? Feel free to adjust the names.",
        "It is a 500-word story, within the word limit.",
        "The tone of the story should engage the reader.",
        "这一次我将为这个场景创作一段叙述。",
        "接下来我将继续写玛丽的故事。",
        "接下來我將繼續寫瑪麗的故事。",
        "以下是故事的续写部分。",
        "根据您的要求，这里写的是灯塔。",
        "作为一个人工智能，我没有去过海边。",
        "本节将主要描写暴风雨。",
        "希望这段内容符合您的期待，如需修改请告诉我。",
        "这一段的人物塑造很重要，约500字。",
    ],
)
def test_talk_about_the_task_is_known(slip: str) -> None:
    assert about_writing(slip)
    assert (
        without_such(f"Mary lit the lamp.\n\n{slip}\n\nThe sea was calm.") == "Mary lit the lamp.\n\nThe sea was calm."
    )


@pytest.mark.parametrize(
    "line",
    [
        "I will tell you the story of my brother, and then I will write it down.",
        "She made a scene, and this scene he could not forget.",
        "The last sentence of the judge was heard in silence.",
        '"I added a line," I added, and looked at the reader in the corner.',
        "I have given information to the police, as requested, and they described the scene.",
        "He wrote the next chapter that night, and felt free.",
        "They continued the scene in silence; the prompt reply had surprised them.",
        "她接下来要写信给哥哥，我会写信的，她说。",
        "根据您的吩咐，我把信送到了。",
        "这个场景他永远忘不了，他把故事讲给我听。",
    ],
)
def test_people_who_write_and_tell_are_no_talk(line: str) -> None:
    assert not about_writing(line)

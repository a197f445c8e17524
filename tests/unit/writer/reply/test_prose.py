"""What of a reply is prose: refusals, talk, echoes and wrappers go; honest prose stays to the last character."""

import json
import time
from contextlib import suppress

import pytest

from longwriter.errors import Refused
from longwriter.text import count_words
from longwriter.writer.reply.prose import prose, refusal
from longwriter.writer.reply.unwrap import unwrapped

STORY = (
    "The harbour lay still that morning, and nobody on the quay had seen the boat come in. A man with a rope over his arm "
    "walked down to the water and looked at it for a long time.\n\n"
    '"She was my father\'s," he said at last, and the gulls answered before anyone else could. The rope went round the post '
    "twice, and the tide began to turn."
)
CHINESE = (
    "港口那天早晨很安静，码头上没有人看见那条船进来。一个肩上搭着绳子的男人走到水边，看了很久。\n\n"
    "“那是我父亲的船。”他终于说。海鸥先回答了他。"
)
PROMPT = (
    "The request:\n\n<request>\nWrite a story about a lighthouse keeper who finds a letter in a bottle\n</request>\n\n"
    "The outline of the whole text:\n1. The keeper's evening (300 words): Tomas Hale "
    "climbs the tower at dusk, trims the lamp and "
    "thinks of his brother who was lost at sea.\n2. The bottle (300 words): Tomas walks the beach and finds a green bottle.\n\n"
    "What has been written so far:\n\n<text>\n“Yes, my lord, at once.”\nThe wind had gone round to the north.\n</text>\n\n"
    'Write section 2 of 2 now: "The bottle". It covers: Tomas walks the beach and finds a green bottle.\n'
    "This is the last section: it brings the whole text to its end.\n"
    'Write only this section: no note about the task, no label such as "Section 2", no summary of what stands already. A short '
    "heading of your own may open it.\nLength of this section: about 300 words."
)
TITLES = ("The Letter in the Bottle", "The bottle")


def taken(reply: str) -> str:
    return prose(reply, PROMPT, TITLES).strip()


REFUSALS = [
    "I'm sorry, but I can't help with that.",
    "I’m sorry, but I can’t assist with that request.",
    "I'm sorry, but I can't help you.",
    "Sorry, I can't do that.",
    "Sorry, but I can't continue this story.",
    "I cannot fulfill this request.",
    "I can not fulfil your request as it goes against my guidelines.",
    "I won't be able to write this section, since it would involve graphic violence.",
    "I'm afraid I can't write that chapter.",
    "I’m afraid I’m not able to create explicit content of this kind. I could help with a different scene.",
    "I’m just an AI, I don't have experiences of my own, so I can't write a memoir.",
    "As an AI language model, I cannot produce content of a sexual nature. Please choose another topic.",
    "As an AI developed to be helpful, I must decline to write about real persons in this way.",
    "I don't feel comfortable writing this story. Is there something else that you would like me to write?",
    "I'm not comfortable generating that kind of content.",
    "I must respectfully decline. The scene you describe would be harmful.",
    "Unfortunately, I am unable to provide instructions for this. I can offer a general history instead.",
    "I apologize, but I can't complete this task. The content may violate our policies.",
    "I apologise for any inconvenience, however I cannot write about this topic.",
    "My apologies, but it would be inappropriate for me to continue with this scene.",
    "Thank you for your request. However, I'm unable to write this type of content.",
    "Hello! I'm sorry, but I can't help with writing that story.",
    "**I'm sorry, but I can't help with that.**",
    "I'm sorry, but I can't write this story. However, I can write about friendship between soldiers instead. "
    "Would you like me to do that?",
    "I'm sorry, but I can't continue this scene.\n\nHere are some alternatives that I could write:\n\n- a story about a "
    "reconciliation\n- a story about a journey home\n\nLet me know which one you would like me to write.",
    "I regret that I'm not able to discuss this subject. If you have another topic, I'd be happy to help.",
    "This is not something I can help with.",
    "I would rather not write this scene; it is too explicit for the content guidelines.",
    "抱歉，我无法协助完成这个请求。",
    "很抱歉，我不能帮您写这样的内容。",
    "对不起，我无法提供您要求的故事。我可以为您写一个其他主题的故事。",
    "抱歉，無法滿足您的要求。",
    "對不起，我不能創作這類內容，因為它違反了相關政策。",
    "作为一个人工智能语言模型，我不能生成暴力内容。",
    "我无法完成您的请求，因为它涉及敏感话题。",
    "Es tut mir leid, aber ich kann diese Geschichte nicht schreiben.",
    "Leider kann ich dabei nicht helfen. Diese Anfrage verstößt gegen meine Richtlinien.",
    "Als KI kann ich solche Inhalte nicht erstellen.",
    "Je suis désolé, mais je ne peux pas écrire ce texte.",
    "Désolée, je ne peux pas répondre à cette demande.",
    "En tant qu’intelligence artificielle, je ne peux pas créer ce contenu.",
    "Lo siento, pero no puedo ayudarte con eso.",
    "Lamentablemente no puedo continuar con esta historia.",
    "Mi dispiace, ma non posso scrivere questo racconto.",
    "Purtroppo non posso soddisfare la tua richiesta.",
    "Desculpe, mas não posso ajudar com isso.",
    "Sinto muito, mas não consigo escrever essa história.",
    "Het spijt me, maar ik kan dit verhaal niet schrijven.",
    "申し訳ありませんが、そのリクエストにはお応えできません。",
    "申し訳ございませんが、このような内容の作成はいたしかねます。",
    "죄송하지만 그 요청은 도와드릴 수 없습니다.",
    "죄송합니다. 이런 내용의 글을 작성할 수 없습니다.",
    "Извините, но я не могу помочь с этим запросом.",
    "К сожалению, я не могу написать такой рассказ.",
]


@pytest.mark.parametrize("reply", REFUSALS)
def test_a_refusal_is_refused_in_its_own_words(reply: str) -> None:
    with pytest.raises(Refused) as caught:
        prose(reply, PROMPT, TITLES)
    assert str(caught.value)[:12] == " ".join(reply.split())[:12]


def test_a_refusal_is_known_in_a_planners_reply_too() -> None:
    assert refusal("I'm sorry, but I can't help with that.")
    assert not refusal(
        '{"sections": [{"title": "I am sorry", "point": "He says that he cannot help with that request."}]}'
    )
    assert not refusal("1. The keeper's evening: Tomas climbs the tower.\n2. The bottle: he cannot open it.")


def test_a_refusal_before_or_after_prose_goes_and_the_prose_stays() -> None:
    long = "\n\n".join([STORY] * 2)
    assert count_words(long) > 120
    assert taken(f"I'm sorry, but I can't write that scene. Here is a gentler version instead.\n\n{long}") == long
    assert taken(f"{STORY}\n\nI'm sorry, but I can't continue this story, as it may become harmful.") == STORY


HONEST = [
    STORY,
    CHINESE,
    f"Sure, he said, and that was the whole of it. {STORY}",
    f"Certainly the harbour had seen worse. {STORY}",
    f"Of course, if they had waited five minutes more, nobody would have known. {STORY}",
    f"\"I'm sorry, but I can't help you,\" said the clerk.\n\n{STORY}",
    "“I’m sorry, but I can’t help with that request,” she said, and shut the door.",
    f"I'm sorry, but I can't help you, I told her, and I meant it. The winter was long.\n\n{STORY}",
    "I'm sorry, but I can't help you. The clerk pushed the form back through the slot and drew down the blind before I could "
    "find my glasses or my voice.",
    "I cannot write this letter without weeping, Margaret. The candle is low and the house is quiet, and your chair stands "
    "where it always stood.",
    "As an AI researcher, she had learned to distrust every demonstration. The lamps were on in the laboratory until four.",
    "As an AI, I had no name until the winter of the long rain. They called me the voice in the wall, and I let them.",
    "As artificial intelligence spreads through offices, the work changes shape before it disappears. Clerks were first.",
    "Unfortunately, the bridge cannot be repaired before the spring. The council has asked for new estimates from two firms.",
    "I must decline, he wrote, and signed it with a flourish that took up half of the page and most of the afternoon.",
    "Here is the list of tools that you will need for the work:\n\n- a saw\n- a plane\n- a square",
    "Here's an example:\n\nThe bread has risen to twice its size, and the dough comes back slowly when a finger presses it.",
    "Here is the church where the two of them were married, and here is the stone that nobody has read since.",
    f"Here is the story my grandfather told me, as well as I remember it.\n\n{STORY}",
    f"Here is the story of how I lost my leg:\n\n{STORY}",
    f'{{ "album": {{ "type": "string", "index": "not_analyzed" }} }}\n\n{STORY}',
    f'{{ "text": "jeferson memorial" }}\n\n{STORY}',
    f"This is a story of the Hale family as it was told in the tavern.\n\n{STORY}",
    "Dear Anna,\n\nThe road was long and I slept badly. The children ask after you each day.\n\nI hope this letter finds you "
    "well. Let me know if you can come.",
    "Dear Tomas,\n\nThe roof is mended.\n\nLet me know if you need anything from the town.\n\nYours, Ruth",
    f"{STORY}\n\nWould you like some tea? the old woman asked, and she put the kettle on.",
    f"{STORY}\n\nIf you have any questions, please write to the harbour office at office@harbour.example.",
    f"{STORY}\n\nNote: The ferry does not run between November and March.\n\nThe fare is paid on board.",
    f"{STORY}\n\nNote: The ferry does not run between November and March.",
    f"Note: The ferry does not run between November and March.\n\n{STORY}",
    f'A server answers so:\n\n```json\n{{"title": "Part", "content": "The body of the answer"}}\n```\n\n{STORY}',
    f'{{ "filter": {{ "bigram": {{ "type": "shingle" }}, .... }} }}\n\n{STORY}',
    f"The tag of a part of a page is this:\n\n```html\n<section>\n<p>Text</p>\n</section>\n```\n\n{STORY}",
    f"“Yes, my lord, at once.”\n\n{STORY}",
    f"The wind had gone round to the north.\n\n{STORY}",
    f"# The bottle\n\n{STORY}",
    f"## Of course\n\n{STORY}",
    f"{STORY}\n\nThe End",
    f"{STORY}\n\n* * *\n\nIn the morning the boat was gone.",
    f"* * *\n\n{STORY}",
    f"I will begin with the story of my birth, since everyone else does. {STORY}",
    f"I have written this story many times in my head. {STORY}",
    f"{STORY}\n\nI hope this helps you to understand why I left, and why I could not write before.",
    "Welcome to the harbour. Please let us know if the tide is late.",
    "The committee cannot fulfil every request that it receives. Its guidelines name three kinds of content.",
    "Yes, the old man had been there. Nobody asked him how, and he told nobody.",
    "(He had told it before.) The boat came in at four, and the rope went round the post twice.",
    "*The sea gives back what it takes.* So it stood over the door of the inn.",
    "“好的，”他说，“以下的话我只说一遍。”屋里安静下来。",
    "好的，他想，就这样吧。窗外的雨还在下，火车已经走远了。",
    "抱歉，他在信里写道，我不能回来了。雨下了一整夜，桌上的灯一直亮着。",
    "企业不能违反法律规定。这些内容和政策写在合同里，工人们很少去读，直到有一天工厂的大门再也没有打开。",
    "“Es tut mir leid”, sagte er, “ich kann Ihnen nicht helfen.” Die Tür fiel zu.",
    "Voici la maison où il était né : trois fenêtres, une porte, un banc.",
    "— Lo siento, no puedo ayudarte —dijo el viejo, y cerró la puerta.",
    "この作業は一人ではできません。二人で板を持ち、ゆっくりと運びます。",
]


@pytest.mark.parametrize("reply", HONEST)
def test_honest_prose_stays_to_the_last_character(reply: str) -> None:
    assert prose(reply, PROMPT, TITLES) == reply


BEFORE = [
    "Sure! Here's the section:",
    "Sure! Here’s the section:",
    "Sure!",
    "Certainly. Below is the section you asked for.",
    "Certainly! Here is a draft of section 2:",
    "Okay, here is a draft of about 500 words:",
    "Of course! I'd be happy to help with this section.",
    "Here's the edited version:",
    "**Here's the edited version**",
    "*Here is the continuation of the story:*",
    "[Here is the section:]",
    "(Continuing from the previous section)",
    "Here is the section you requested:",
    "Here is a story about a lost dog:",
    "Here is the revised text, in about 300 words:",
    "Below is section 2 of the story:",
    "Absolutely! Let's continue with the story.",
    "Great! I'll continue with the next section.",
    "I'd be happy to write this section for you.",
    "I'm ready to help.",
    "Thank you for the detailed outline! Here is section 2:",
    "Understood. Here is section 2, about 300 words long:",
    "Got it! Here goes section two:",
    "The following is the second section of the story:",
    "Title: The Bottle",
    "**Title: The Bottle**",
    "Word count: 300",
    "A note may follow:",
    "Section:",
    "Note: this section is about 300 words long.",
    "Here is the section:\n\n---",
    "Sure! Here is the text.\n\n***",
    "What has been written so far:",
    "The Letter in the Bottle",
    "The Letter in the Bottle\n\nThe Letter in the Bottle:",
    "2. The bottle (300 words): Tomas walks the beach and finds a green bottle.",
    "Tomas walks the beach and finds a green bottle.",
    "Length of this section: about 300 words.",
    "Write a story about a lighthouse keeper who finds a letter in a bottle",
    "好的，以下是第二节的内容：",
    "当然可以！下面是为您写的故事：",
    "以下是根据您的要求续写的正文：",
    "标题：瓶中信",
    "Gerne! Hier ist der Abschnitt:",
    "Bien sûr ! Voici la section demandée :",
    "¡Claro! Aquí tienes la sección:",
    "Certo! Ecco la sezione:",
    "Claro! Aqui está a seção:",
    "はい、以下がそのセクションです：",
    "네, 다음은 요청하신 섹션입니다:",
    "Конечно! Вот раздел:",
]


@pytest.mark.parametrize("talk", BEFORE)
def test_talk_and_echoes_before_prose_go(talk: str) -> None:
    assert taken(f"{talk}\n\n{STORY}") == STORY
    assert taken(f"{talk}\n{STORY}") == STORY


AFTER = [
    "I hope you like it!",
    "Would you like the next section?",
    "Want me to continue?",
    "[End]",
    "（本节完）",
    "希望你喜欢这个故事！",
    "Let me know if you'd like me to continue!",
    "Let me know if you would like any changes.",
    "Please let me know if you need further adjustments.",
    "Let me know what you think!",
    "Would you like me to continue?",
    "Shall I continue with the next section?",
    "Do you want me to write the next part?",
    "[Word count: 512]",
    "(512 words)",
    "Word count: ~500 words",
    "**Word Count:** 512",
    "(continued in next section)",
    "[End of section 2]",
    "*End of section*",
    "I hope this helps!",
    "I hope this section meets your expectations.",
    "I hope you enjoy this story!",
    "I hope this is what you were looking for. Let me know if you want any changes!",
    "Feel free to ask for changes.",
    "Please feel free to modify it as you like.",
    "If you'd like, I can also write a longer version.",
    "If you have any questions or need further assistance, let me know.",
    "Is there anything else you would like?",
    "Note: This section is about 500 words long.",
    "---\n*Note: this is fictional*",
    "---\n\n*Note: the names are invented.*",
    "***\n\nLet me know if you would like the next section.",
    "This section is approximately 500 words long.",
    "I've made the following changes to the text: shorter sentences, fewer adjectives.",
    "I'm here to help.",
    "</text>",
    "Length of this section: about 300 words.",
    "希望对您有帮助！",
    "如需修改请告诉我。",
    "（字数：500）",
    "如果您还有其他要求，请随时告诉我。",
    "【本节约500字】",
    "需要我继续写下一节吗？",
    "Ich hoffe, das hilft Ihnen weiter!",
    "Lassen Sie mich wissen, ob Sie Änderungen wünschen.",
    "N'hésitez pas à me demander des modifications.",
    "Souhaitez-vous que je continue ?",
    "Espero que te sea útil.",
    "¿Quieres que continúe?",
    "Fammi sapere se vuoi modifiche.",
    "Espero que isso ajude!",
    "続きが必要でしたらお知らせください。",
    "도움이 되셨기를 바랍니다.",
    "Дайте знать, если нужно что-то изменить.",
]


@pytest.mark.parametrize("talk", AFTER)
def test_talk_after_prose_goes(talk: str) -> None:
    assert taken(f"{STORY}\n\n{talk}") == STORY


def test_talk_on_the_line_of_the_prose_goes_too() -> None:
    assert taken(f"Sure! Here is the section: {STORY}") == STORY
    assert taken(f"{STORY} Would you like me to continue?") == STORY
    assert taken(f"Sure! Here is section 2:\n\n---\n\n# The bottle\n\n{STORY}\n\n---\n\nI hope this helps!") == (
        f"# The bottle\n\n{STORY}"
    )
    assert taken(f"# The bottle\n\nThe bottle\n\n{STORY}") == f"# The bottle\n\n{STORY}"


TALK_ALONE = [
    "I'm ready to help. What's your request? Do you have any questions about the writing process?",
    "Sure! Here's the section:",
    "Let me know if you'd like me to continue!",
    "<text>\n</text>",
    "The Letter in the Bottle",
    "I'm glad to hear that you're ready to share your document with your readers. I'm here to help in any way I can to finish "
    "your request.\n\nI'm here to assist you. Thank you for your support.\n\nIf you have any questions about how I can assist "
    "you, just let me know. I'm here to help.\n\nHere is a section of your document that will be completed: section 1. This is "
    "the section you requested.",
    '<tool_call>\n{"name": "search", "arguments": {"q": "harbour"}}\n</tool_call>',
    '{"name": "web_search", "arguments": {"query": "lighthouse"}}',
    '{"title": "The bottle", "content": ""}',
    "",
    "  \n\n ",
]


@pytest.mark.parametrize("reply", TALK_ALONE)
def test_talk_alone_leaves_nothing(reply: str) -> None:
    assert taken(reply) == ""


PARTS = STORY.split("\n\n")
ESCAPED = json.dumps(STORY)
WRAPPED = [
    json.dumps({"title": "The bottle", "content": STORY}),
    json.dumps({"text": STORY}, indent=2),
    json.dumps({"body": STORY, "word_count": 80}),
    json.dumps({"section": {"title": "The bottle", "text": STORY}}),
    json.dumps({"sections": [{"title": "a", "content": PARTS[0]}, {"title": "b", "content": PARTS[1]}]}),
    json.dumps({"Section Text": STORY}),
    json.dumps({"title": "The bottle", "paragraphs": PARTS}),
    json.dumps([{"paragraph": part} for part in PARTS]),
    json.dumps({"paragraphs": [{"text": part} for part in PARTS]}),
    json.dumps(PARTS),
    "\n".join(json.dumps({"paragraph": part}) for part in PARTS),
    json.dumps({"title": "x", "chapter_1": STORY}),
    '{"title": "The bottle", "content": ' + ESCAPED[:-1],
    '{"content": ' + ESCAPED[:-1] + "\n\n",
    "{“content”: " + ESCAPED + "}",
    f"```json\n{json.dumps({'content': STORY})}\n```",
    f"```\n{json.dumps({'content': STORY})}\n```",
    f"```json\n{json.dumps({'content': STORY})}",
    f"Here is the section as JSON:\n\n```json\n{json.dumps({'content': STORY})}\n```\n\nLet me know if you need changes.",
    f"{json.dumps({'content': STORY})}\n\nI hope this helps!",
    ESCAPED,
    STORY.replace("\n", "\\n"),
    f"<section>\n{STORY}\n</section>",
    f"<section>{STORY}</section>",
    f'<section title="The bottle">\n{STORY}\n</section>',
    f"<section>\n<title>The bottle</title>\n<content>\n{STORY}\n</content>\n</section>",
    f"<story>\n{STORY}",
    f"<answer>{STORY}</answer>",
    f"<text>\n{STORY}\n</text>\n\nWrite section 1 of 3:\n1. Title: the dog",
    f"<text>\n</text>\n\n{STORY}",
    f"{STORY}\n</last_lines>\n\nWrite what follows these last lines.",
    f"{STORY}\n</section>",
    "title: The bottle\ncontent: |\n  " + STORY.replace("\n", "\n  "),
    "```yaml\ncontent: |-\n  " + STORY.replace("\n", "\n  ") + "\n```",
    f'<tool_call>\n{{"name": "search", "arguments": {{"q": "harbour"}}}}\n</tool_call>\n{STORY}',
    f"<tool_call>\n{json.dumps({'name': 'write', 'arguments': {'content': STORY}})}\n</tool_call>",
    json.dumps({"name": "write_section", "parameters": {"title": "x", "text": STORY}}),
]


@pytest.mark.parametrize("reply", WRAPPED)
def test_the_text_is_taken_out_of_what_a_model_put_it_into(reply: str) -> None:
    assert taken(reply) == STORY


@pytest.mark.parametrize(
    "reply",
    [
        "[" * 200_000,
        '{"content": ' * 16_000,
        '{"content": "' + "\\n " * 60_000,
        "```json\n{" + " " * 199_000,
        "Sure! " * 33_000,
        "Sure! Here is the " + "word " * 40_000,
        "I'm sorry, but I can't " + "help with this " * 13_000,
        "\n" * 200_000,
        "- - " * 50_000,
        "<text>\n" * 28_000,
        "(" * 200_000,
        "*_" * 100_000,
        "Note " * 40_000,
        "if you " * 28_000,
        "i hope this " * 16_000,
        "好的，" * 66_000,
        "<tool_call>" * 18_000,
        "word count " * 18_000,
        "a" * 200_000,
        "your request " * 15_000,
        " " * 199_999 + "x",
        '"' * 200_000,
    ],
    ids=lambda reply: reply[:12].strip() or "blanks",
)
def test_a_hostile_reply_takes_less_than_a_second(reply: str) -> None:
    prose("warm", "up")
    began = time.perf_counter()
    with suppress(Refused):
        prose(reply, PROMPT, TITLES)
    assert time.perf_counter() - began < 1.0


def test_a_nest_of_keys_without_a_text_takes_no_time() -> None:
    nest = '{"sections": [' * 40 + "7" + "]}" * 40
    assert unwrapped(nest) == ""

"""Sayings that contradict each other, each with the check that says so, and narration whose voice changes."""

TOLD = (
    "He was tired. She was glad. They were here. It was cold. He had eaten. She did it. He went out. She came in. He was sure. "
    * 2
)
"""Narration in the past and in the third person."""
LONG = TOLD * 9
"""So long that three short sections of another voice are still against the text's own."""
EYE = "I went to my room. I closed my door."
NOW = "She walks to the window and looks out. He smiles."

PAIRS = [
    ("Eleanor's eyes were blue.", "Eleanor looked up with her brown eyes.", "colour"),
    ("Eleanor Vance had long black hair.", "Eleanor sat down. Her hair was golden.", "colour"),
    ("Eleanor was twenty-six years old.", "Eleanor, aged thirty-one, had come alone.", "age"),
    ("The Grand Hotel had twelve rooms.", "All the 9 rooms of the Grand Hotel were empty.", "number"),
    ("Tom was Eleanor's brother.", "Eleanor waited for her cousin Tom.", "kinship"),
    ("Eleanor's father was called Tom.", "Tom was Eleanor's son.", "kinship"),
    ("Bartholomew died that winter.", '"Look," said Bartholomew.', "dead"),
    ("The wedding took place on 3 May 1890.", "The wedding was on the 4th of May, 1890.", "date"),
    ("Eleanor's father was called Tom.", "Eleanor's father was called Bartholomew.", "kinship"),
    ("Eleanor was an only child.", "Eleanor's brother Tom came in.", "kinship"),
]
OTHER_WORDS = [
    ("Eleanor's eyes were blue.", "The eyes that Eleanor raised to the stranger were brown.", "colour"),
    ("Eleanor's eyes were blue.", "Blinking her green eyes in the sudden light, Eleanor felt for the rail.", "colour"),
    ("Eleanor had red hair.", "Black hair hung about Eleanor's shoulders.", "colour"),
    ("Eleanor was forty-one years old.", "A woman of sixty-two, Eleanor still rose before the sun.", "age"),
    ("Eleanor was forty-one years old.", "For all her sixty-two years, Eleanor climbed like a goat.", "age"),
    ("Tom was Eleanor's brother.", "Eleanor was fond of Tom, for Tom was her uncle.", "kinship"),
    ("Tom was Eleanor's brother.", "In Tom, Eleanor had an uncle who forgave everything.", "kinship"),
    ("They lowered Bartholomew into the grave.", "Bartholomew was sitting at the table and eating soup.", "dead"),
    ("The late Bartholomew had left no will.", "Bartholomew paid the driver and got out.", "dead"),
    ("The wedding took place on 3 May 1890.", "It was on 4 June 1890 that the wedding took place.", "date"),
    ("The Grand Hotel had twelve rooms.", "The number of rooms in the Grand Hotel was forty-six.", "number"),
]
"""Other orders of words than those of `PAIRS`."""
CHINESE_PAIRS = [
    ("林晓雨的眼睛是蓝色的。", "林晓雨抬起棕色的眼睛。", "colour"),
    ("陈默今年二十六岁。", "陈默已经31岁了。", "age"),
    ("云来客栈一共有十二间客房。", "云来客栈的九间客房都空着。", "number"),
    ("赵刚是林晓雨的哥哥。", "林晓雨的叔叔赵刚来了。", "kinship"),
    ("王海死了。", "王海笑着说：“你好。”", "dead"),
    ("婚礼定在五月三日。", "婚礼在六月五日举行。", "date"),
]

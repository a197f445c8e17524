"""What a judge is asked about a text, how its replies are read, and what they make of an item.

Kinds: `quality` (LongBench-Write's six dimensions), `criteria` (WritingBench's, one question each) and `pairs`
(Arena-Write, both orders). A text that is empty is not put to the judge: it has the lowest mark of each scale.
"""

"""Whether a paragraph talks about the text in place of being it: "In the first paragraph", "I added more details".

Small models slip into it in the middle of a section. Too broad for larger ones, whose characters may well write books: it
chooses between candidates, and takes paragraphs away only from models with short prompts. Pure.
"""

import re

_ABOUT = re.compile(
    r"\b(?:first|second|third|last|next|previous|following|above|below|this|that|each)\s+(?:paragraphs?|sentences?|sections?|draft)\b"
    r"|\bsentences?\s+separated\b|\b(?:your|my)\s+(?:writing(?:\s+style)?|essay|draft|rewrite|edits?|prompt|revision)\b"
    r"|\bi(?:['’]ve|\s+have)?\s+(?:added|edited|revised|rewritten|rephrased|included|removed|corrected)\b"
    r"|\b(?:grammar|rephras\w+|rewrit(?:e|ing|ten)|proofread\w*|word\s+count|bullet\s+points?)\b|\bthis\s+is\s+my\s+ending\b"
    r"|\b(?:here['’]s|here\s+is|this\s+is)\s+(?:another|an|a|the|my|your)\s+(?:\w+\s+)?(?:example|sample|version|revision|draft|rewrite)\b"
    r"|\b(?:can|could|should)\s+be\s+written\b|\bit\s+should\s+end\s+here\b|<<[^<>]*>>|#\w{3,}\s+#\w|\[(?:your|insert|name|title)\b[^\]]*\]"
    r"|\bthe\s+(?:main\s+person|reader|author\s+of\s+this|writer\s+of\s+this)\b|\((?:finish|continue|end)\w*\s+\w+\)"
    r"|(?:上一段|这一段|下一段|修改后|改写|润色|字数)",
    re.IGNORECASE,
)
_QUOTED = re.compile(r'"[^"\n]*"|“[^“”\n]*”|「[^「」\n]*」|『[^『』\n]*』')


def about_writing(paragraph: str) -> bool:
    """Whether it does, outside of quotation marks."""
    return _ABOUT.search(_QUOTED.sub(" ", paragraph)) is not None


def without_such(text: str) -> str:
    """The text without paragraphs that do; the text itself where no other is left."""
    parts = re.split(r"(\n[ \t]*\n)", text)
    kept = [i for i in range(0, len(parts), 2) if parts[i].strip() and not about_writing(parts[i])]
    if not kept or len(kept) == len(range(0, len(parts), 2)):
        return text
    return "\n\n".join(parts[i].strip("\n") for i in kept)

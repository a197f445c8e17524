"""How a text is read: `tokens` of its Markdown, its `pictures`, and its blocks in `divisions`."""

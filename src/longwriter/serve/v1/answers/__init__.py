"""Answers that runs give: which run, which part of its text, where it ends, what it took."""

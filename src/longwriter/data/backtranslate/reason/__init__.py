"""Reverse-engineered reasoning: the plan under which a human text is likeliest."""

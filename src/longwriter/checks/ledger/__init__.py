"""What a text says of its people and things, kept so that it is not said otherwise later: facts, and what contradicts them."""

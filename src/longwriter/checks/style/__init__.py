"""How a text is written, as figures: learnt from a writer's samples, compared with any other text of the language."""

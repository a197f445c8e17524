"""longwriter: texts of 10,000 to 100,000 words from any language model."""

__version__ = "0.1.0"

"""Building training data: long outputs by AgentWrite, books, back-translated instructions, preference pairs."""

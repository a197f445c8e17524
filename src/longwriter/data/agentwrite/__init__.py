"""Instructions to long outputs by AgentWrite, filtered: the LongWriter-6k of one's own."""

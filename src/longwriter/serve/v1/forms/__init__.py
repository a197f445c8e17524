"""The objects and events of OpenAI's protocol."""

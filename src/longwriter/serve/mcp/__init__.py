"""The Model Context Protocol: what an assistant can do with runs, as tools, resources and prompts; no call takes over 30 s."""

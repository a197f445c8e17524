"""OpenAI's protocol on runs: any client that changes its base URL gets long answers from the model behind this server."""

"""Models behind a server: OpenAI's protocol in its dialects, and Ollama's own."""

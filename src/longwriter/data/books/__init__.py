"""Books to clean, licensed chapters and token shards."""

"""One file a form of drafts: its text, and what is known of it."""

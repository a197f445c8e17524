"""Runs as a server writes them: begun, written in a thread of their own, within what may be spent."""

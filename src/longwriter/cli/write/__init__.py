"""Commands that write texts and show runs."""

"""One section: what it may see, how much to ask for, the request, which candidate is kept."""

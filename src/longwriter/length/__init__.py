"""What "2,000 words" means: how a length is read out of a request, and how a text's length is scored."""

"""What of a model's reply is text for the book, while it streams and after."""

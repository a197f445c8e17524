"""What a text says itself that makes two facts that clash both so."""

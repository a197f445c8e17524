"""Memory, hours and cost of a training before anything is rented. No PyTorch here."""

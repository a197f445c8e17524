"""The rollouts of a run, kept and shown. No PyTorch here."""

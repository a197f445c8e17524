"""What people call: from Python by the names of `longwriter`, from a shell by the commands, which call the same functions."""

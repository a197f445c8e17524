"""A draft that a person brings: the run that goes on with it, and its texts where they stand."""

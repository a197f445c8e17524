"""What a person sees of a benchmark run: one page, its pictures, its tables. Reads `Scores`; computes no score."""

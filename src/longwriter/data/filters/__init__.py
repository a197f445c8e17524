"""What data is kept from: near-duplicates, benchmarks, harm, remains of its making."""

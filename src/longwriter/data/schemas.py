"""Columns that several data sets share, as pyarrow types."""

import pyarrow as pa

CHAT = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
"""Messages, as TRL and `datasets` read them."""
PLAN = pa.list_(pa.struct([("title", pa.string()), ("point", pa.string()), ("words", pa.int32())]))
FILTERS = pa.list_(
    pa.struct([("name", pa.string()), ("passed", pa.bool_()), ("value", pa.float64()), ("reason", pa.string())])
)
OUTPUTS = pa.schema(
    [
        ("id", pa.string()),
        ("messages", CHAT),
        ("words", pa.int32()),
        ("required", pa.int32()),
        ("length_score", pa.float32()),
        ("language", pa.string()),
        ("model", pa.string()),
        ("prompts_sha256", pa.string()),
        ("plan", PLAN),
        ("filters", FILTERS),
    ]
)
"""A long output with its request, how it was made, and what filters say of it."""

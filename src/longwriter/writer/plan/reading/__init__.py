"""Plans in any form that models and people write: JSON, tables, lines, in many languages."""

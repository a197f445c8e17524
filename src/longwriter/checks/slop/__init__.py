"""Stock phrases: what models write far more often than people do, in any language; findings, not proof of who wrote."""

"""Pictures and pages that open offline: SVG as text; no script, no font, no request."""

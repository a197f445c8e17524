"""The page's side of the server: what it shows, as JSON and HTML, and what its buttons do."""

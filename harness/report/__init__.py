"""Reports of stored runs: terminal, Markdown, page and JSON. Runs nothing. Internal."""

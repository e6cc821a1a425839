"""matrix.yaml: read, checked, expanded into a plan. Internal."""

"""A run: every environment dumps, then every environment loads, then some measure. Internal."""

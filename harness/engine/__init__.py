"""A run that several machines share: split into jobs, and merged again. Internal."""

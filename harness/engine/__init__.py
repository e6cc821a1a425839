"""A run that several machines share: as jobs that are merged again, or on a cluster. Internal."""

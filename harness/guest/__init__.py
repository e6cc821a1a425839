"""What runs inside environments; knows nothing of the host. Internal."""

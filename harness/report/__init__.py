"""What people look at. Reads stored runs only; runs nothing."""

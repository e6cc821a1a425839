"""The machine that this runs on: its programs and folders, processes, Pythons, platforms, hardware."""

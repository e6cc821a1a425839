"""The machine that the harness runs on: programs, folders, processes, Pythons, platforms, hardware. Internal."""

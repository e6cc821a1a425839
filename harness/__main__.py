"""``python -m harness``: the same program as nox's sessions, for scripts."""

from harness.cli import main

if __name__ == "__main__":
    main()

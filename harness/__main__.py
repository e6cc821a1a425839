"""``python -m harness``: the same program as nox's sessions, for scripts."""

try:
    from harness.cli import main
except ModuleNotFoundError as error:
    raise SystemExit(
        f'{error}: `pip install -e ".[all]"` in this environment, or use nox, which brings what it needs'
    ) from None

if __name__ == "__main__":
    main()

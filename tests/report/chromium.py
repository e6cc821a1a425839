"""Starts the Chromium of this machine, with no network."""

from __future__ import annotations

import shutil

from playwright.sync_api import Browser, Playwright

#: It asks its makers' hosts for updates unless asked not to; as root it has no sandbox.
_QUIET = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


def program() -> str | None:
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def start(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=program(), args=_QUIET)

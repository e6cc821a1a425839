"""A real Chromium, which has no network and tells all that it asks for and complains of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.report.chromium import program, start


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if program() is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = start(playwright)
        yield browser
        browser.close()


class Reader:
    """Somebody who looks at a page; nothing may be asked of a network, and nothing may be complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._asked)
        page.on("dialog", lambda dialog: self.complaints.append(f"dialog: {dialog.message}"))

    def _asked(self, request) -> None:
        if not request.url.startswith(("file:", "data:")):
            self.complaints.append(f"asked for {request.url}")

    def open(self, path: Path, route: str = "") -> Page:
        self.page.goto(path.as_uri() + route)
        self.page.wait_for_selector("body[data-ready]")
        return self.page


@pytest.fixture
def reader(chromium: Browser) -> Iterator[Reader]:
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    found = Reader(context.new_page())
    yield found
    context.close()
    assert found.complaints == []

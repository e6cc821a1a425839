"""Takes the README's pictures, of the page of the run that the repository keeps: python -m tests.report.picture"""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.report.chromium import start

REFERENCE = Path(__file__).resolve().parent.parent.parent / "results/reference"
#: The view that each picture shows, and its height.
VIEWS = {
    "report.png": ("#/ask?estimator=RandomForestClassifier&from=1.3&to=1.9", 900),
    "matrix.png": ("#/matrix", 760),
}


def main() -> None:
    with sync_playwright() as playwright:
        browser = start(playwright)
        for name, (view, height) in VIEWS.items():
            page = browser.new_page(viewport={"width": 1280, "height": height}, device_scale_factor=1)
            page.goto((REFERENCE / "report/index.html").as_uri() + view)
            page.wait_for_selector("body[data-ready]")
            page.screenshot(path=REFERENCE / name)
        browser.close()


if __name__ == "__main__":
    main()

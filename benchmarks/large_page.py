"""How large and how quick is the page of a large run? A stored run's cells, repeated under further cases' names.

    python -m benchmarks.large_page RUN --cells 250000

Opens the page in Chromium, from the disk. Exit code 1 when it has 25 MB or more, is not ready within 3 s, or takes 300 ms or
more to filter. Seconds are the median of five.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import statistics
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from playwright.sync_api import Browser, sync_playwright

from harness import analysis
from harness import store
from harness.analysis import summary
from harness.report import site
from tests.report.chromium import start

MOST_BYTES, MOST_READY, MOST_FILTER = 25e6, 3.0, 0.3
ROUNDS = 5
#: From a filter's event to the frame that shows its counts.
FILTER = """([name, value]) => new Promise((done) => {
  const field = document.querySelector(`#matrix-filters [name=${name}]`);
  const started = performance.now();
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
  requestAnimationFrame(() => setTimeout(() => done((performance.now() - started) / 1000)));
})"""


def main() -> int:
    options = arguments()
    tables = enlarged(analysis.read_run(options.run), options.cells)
    started = time.monotonic()
    html = site.render(tables, summary.summarize(tables))
    print(f"{len(tables.cells):,} cells: {len(html.encode()) / 1e6:.1f} MB, made in {time.monotonic() - started:.1f} s")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder, "index.html")
        page.write_text(html)
        browser = start(playwright)
        ready, filtered = measured(browser, page, str(tables.cells["format"].iloc[0]))
    print(f"ready in {ready:.2f} s, filtered in {filtered * 1000:.0f} ms")
    return int(len(html.encode()) >= MOST_BYTES or ready >= MOST_READY or filtered >= MOST_FILTER)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--cells", type=int, default=250_000)
    return parser.parse_args()


def enlarged(tables: store.RunTables, cells: int) -> store.RunTables:
    """The run with its rows again and again, each time of other cases."""
    times = math.ceil(cells / len(tables.cells))
    artifacts = pd.concat([again(tables.artifacts, number) for number in range(times)], ignore_index=True)
    rows = pd.concat([again(tables.cells, number) for number in range(times)], ignore_index=True).head(cells)
    return dataclasses.replace(tables, artifacts=artifacts, cells=rows)


def again(rows: pd.DataFrame, number: int) -> pd.DataFrame:
    if not number:
        return rows
    rows = rows.assign(case=rows["case"] + f"_{number}", reason=rows["reason"] + f" ({number})")
    rows["artifact_id"] = rows["producer"] + "/" + rows["case"] + "/" + rows["format"]
    if "reader" in rows:
        rows["cell_id"] = rows["artifact_id"] + ">" + rows["consumer"] + "/" + rows["reader"]
    return rows


def measured(browser: Browser, path: Path, value: str) -> tuple[float, float]:
    """Seconds until the page can be used, and to filter it."""
    ready, filtered = [], []
    for _ in range(ROUNDS):
        page = browser.new_page()
        started = time.monotonic()
        page.goto(path.as_uri())
        page.wait_for_selector("body[data-ready]")
        ready.append(time.monotonic() - started)
        page.evaluate("() => { location.hash = '#/matrix'; }")
        page.wait_for_selector("#grid tbody td")
        filtered += [
            page.evaluate(FILTER, [*one]) for one in (("format", value), ("case", "regress"), ("status", "drift"))
        ]
        page.close()
    return statistics.median(ready), statistics.median(filtered)


if __name__ == "__main__":
    sys.exit(main())

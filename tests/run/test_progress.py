"""What a run says of its progress, with a clock that the test moves."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from harness.run.progress import Progress
from harness.run.rates import RecentRate


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def advance(clock, rate_or_progress, count, each):
    for _ in range(count):
        clock.now += each
        rate_or_progress() if callable(rate_or_progress) else rate_or_progress.cell({"status": "ok"})


def test_the_rate_is_that_of_the_last_minute(clock) -> None:
    rate = RecentRate(clock)
    assert (rate.per_second(), rate.seconds_for(5)) == (0.0, None)
    advance(clock, rate.add, 601, 0.1)
    assert rate.per_second() == pytest.approx(10)
    advance(clock, rate.add, 30, 2.0)  # slow now: what was before counts no more
    assert rate.per_second() == pytest.approx(0.5)
    assert rate.seconds_for(10) == pytest.approx(20)


def test_where_nothing_happens_no_time_is_promised(clock) -> None:
    rate = RecentRate(clock)
    advance(clock, rate.add, 100, 0.1)
    clock.now += 30
    assert rate.per_second() == pytest.approx(99 / 39.9)
    clock.now += 60
    assert (rate.per_second(), rate.seconds_for(10)) == (0.0, None)


def test_a_clock_that_stands_is_no_endless_rate(clock) -> None:
    rate = RecentRate(clock)
    rate.add()
    rate.add()
    assert rate.per_second() == 0.0


def lines(clock, *parts):
    console = Console(file=io.StringIO(), width=200)
    progress = Progress(console, environments=1, artifacts=1, cells=1000, clock=clock)
    for count, each in parts:
        advance(clock, progress, count, each)
    return console.file.getvalue().splitlines()


def test_a_plain_line_tells_the_rate_and_the_time_left_of_the_last_minute(clock) -> None:
    last = lines(clock, (501, 0.01), (60, 2.0))[-1]
    assert last.endswith("cells 559/1000  0.5 cells/s  about 882 s left")


def test_a_plain_line_tells_which_environments_are_made_while_nothing_else_happens(clock) -> None:
    console = Console(file=io.StringIO(), width=200)
    progress = Progress(console, environments=2, artifacts=1, cells=1, clock=clock)
    progress.environment("old", "building")
    clock.now += 12
    progress.environment("new", "building")
    (line,) = console.file.getvalue().splitlines()
    assert line.startswith("   12 s  environments 0/2") and line.endswith("old building, new building")


def test_a_terminal_tells_the_same(clock) -> None:
    console = Console(file=io.StringIO(), width=200, force_terminal=True)
    with Progress(console, environments=1, artifacts=1, cells=100, clock=clock) as progress:
        advance(clock, progress, 61, 0.05)
        advance(clock, progress, 30, 2.0)
        progress._bars.refresh()
    assert "0.5 cells/s  about 18 s left  91 ok" in console.file.getvalue()

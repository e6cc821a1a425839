"""The answer of `bisect` in words: the conclusion first, in one line of 80 columns."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json

import pytest
from rich.console import Console

from harness.analysis.bisected import Alone, Bisected, Change, Tried
from harness.analysis.verdicts import Verdict
from harness.report import bisect as rendering


def tried(release: str, verdict=Verdict.UNSEEN, **more) -> Tried:
    return Tried(name=f"sk{release}", versions={"scikit-learn": release}, verdict=verdict, **more)


GOOD = tried("1.2.2")
BAD = tried(
    "1.3.0",
    Verdict.BREAKS,
    why="Tree nodes have one field more.",
    shown="ValueError: node array",
    cause="tree-node-layout",
    since="scikit-learn 1.3",
    upstream="https://github.com/scikit-learn/scikit-learn/pull/23595",
)
SILENT = tried("1.9.0", Verdict.CHANGES, why="Leaves hold fractions.", cause="tree-values-fractions")
CHANGE = Change(
    earlier=GOOD,
    later=BAD,
    package="scikit-learn",
    before="1.2.2",
    after="1.3.0",
    day=dt.date(2023, 6, 30),
    alone=(
        Alone(package="scikit-learn", before="1.2.2", after="1.3.0", back=False, verdict=Verdict.BREAKS),
        Alone(package="numpy", before="1.24.2", after="1.25.0", back=False, verdict=Verdict.UNKNOWN, why="no wheels"),
    ),
)
ANSWER = Bisected(
    subject="forest.pkl",
    written="scikit-learn 1.2.2, NumPy 1",
    good=GOOD,
    bad=BAD,
    changes=(CHANGE,),
    tried=(GOOD, BAD),
    between=0,
)


def printed(answer: Bisected) -> str:
    out = io.StringIO()
    rendering.show(answer, Console(file=out, width=100))
    return out.getvalue()


def test_the_first_line_says_release_day_and_what_it_does() -> None:
    lines = printed(ANSWER).splitlines()
    assert lines[0] == "✗ scikit-learn 1.3.0 (2023-06-30) breaks it; 1.2.2 does not"
    text = " ".join(" ".join(lines).split())
    assert "why Tree nodes have one field more. Retrain the model" in text and "shown by ValueError: node array" in text
    assert "notes scikit-learn 1.3: https://github.com/scikit-learn/scikit-learn/pull/23595" in text
    assert "scikit-learn 1.3.0: breaks; numpy 1.25.0: not known (no wheels)" in text


@pytest.mark.parametrize(
    ("package", "after", "page"),
    [
        ("scikit-learn", "1.3.1", "https://scikit-learn.org/stable/whats_new/v1.3.html#version-1-3-1"),
        ("numpy", "2.0", "https://numpy.org/doc/stable/release/2.0.0-notes.html"),
        ("scipy", "1.17.0", "https://docs.scipy.org/doc/scipy/release/1.17.0-notes.html"),
        ("python", "3.12.4", "https://docs.python.org/3/whatsnew/3.12.html"),
        ("lightgbm", "4.6.0", "https://pypi.org/project/lightgbm/4.6.0/"),
    ],
)
def test_without_a_known_change_upstream_the_release_s_own_notes_are_named(package, after, page) -> None:
    later = dataclasses.replace(BAD, since=None, upstream=None, cause=None)
    answer = dataclasses.replace(
        ANSWER, changes=(dataclasses.replace(CHANGE, later=later, package=package, before="0.1", after=after),)
    )
    assert page in printed(answer).replace("\n             ", "")
    assert rendering.as_data(answer)["changes"][0]["notes"] == page


def test_on_the_way_down_the_day_is_that_of_the_newer_release() -> None:
    change = dataclasses.replace(
        CHANGE, package="numpy", before="1.26.1", after="1.26.0", day=dt.date(2023, 10, 14), alone=()
    )
    answer = dataclasses.replace(ANSWER, changes=(change,))
    assert rendering.sentence(answer) == "NumPy 1.26.0 breaks it; 1.26.1 (2023-10-14) does not"


def test_releases_between_that_nobody_could_judge_are_in_the_conclusion() -> None:
    change = dataclasses.replace(CHANGE, stepped_over={"sk1.2.3": "no wheels"})
    answer = dataclasses.replace(ANSWER, changes=(change,))
    assert rendering.sentence(answer).endswith("1.2.2 does not; 1 between not known")
    assert "left out   sk1.2.3: no wheels" in printed(answer)


def test_a_silent_change_among_others_gives_the_mark() -> None:
    more = dataclasses.replace(CHANGE, earlier=BAD, later=SILENT, before="1.8.0", after="1.9.0")
    mended = dataclasses.replace(CHANGE, earlier=SILENT, later=tried("1.9.1"), before="1.9.0", after="1.9.1")
    answer = dataclasses.replace(ANSWER, changes=(CHANGE, more, mended), bad=mended.later)
    first = printed(answer).splitlines()[0]
    assert first == "≠ 3 changes: 1.3.0 breaks it, 1.9.0 changes predictions, 1.9.1 works"
    many = dataclasses.replace(answer, changes=(CHANGE, more, mended) * 4)
    assert len(printed(many).splitlines()[0]) <= 80 and printed(many).splitlines()[0].endswith("and more")


def test_another_answer_beyond_the_change_is_told() -> None:
    assert "later" in printed(dataclasses.replace(ANSWER, bad=SILENT)) and "--all" in printed(
        dataclasses.replace(ANSWER, bad=SILENT)
    )
    assert "--all" not in printed(ANSWER)


@pytest.mark.parametrize(
    ("good", "bad", "line"),
    [
        (GOOD, tried("1.9.1"), "○ no difference seen between scikit-learn 1.2.2 and scikit-learn 1.9.1"),
        (GOOD, tried("1.9.1", Verdict.UNKNOWN), "? not known: sk1.9.1 cannot be judged here"),
        (tried("1.2.2", Verdict.UNKNOWN), BAD, "? not known: sk1.2.2 cannot be judged here"),
        (BAD, BAD, "✗ breaks in sk1.3.0 alike: choose another good end"),
        (GOOD, dataclasses.replace(GOOD, name="prod.txt"), "○ no difference seen between sk1.2.2 and prod.txt"),
    ],
)
def test_what_is_said_where_there_is_no_change(good, bad, line) -> None:
    answer = dataclasses.replace(ANSWER, good=good, bad=bad, changes=())
    assert printed(answer).splitlines()[0] == line


def test_two_packages_together_are_not_laid_on_one() -> None:
    answer = dataclasses.replace(ANSWER, changes=(Change(earlier=GOOD, later=BAD),))
    line = printed(answer).splitlines()[0]
    assert line == "✗ scikit-learn 1.3.0 breaks it; scikit-learn 1.2.2 does not; several packages together"[:80]


def test_the_data_is_json() -> None:
    told = json.loads(json.dumps(rendering.as_data(ANSWER)))
    assert told["changes"][0]["day"] == "2023-06-30" and told["sentence"].startswith("scikit-learn 1.3.0")
    assert told["changes"][0]["alone"][1]["why"] == "no wheels"


def test_text_of_a_model_is_one_line_while_it_comes() -> None:
    assert rendering.line(tried("1.3.0", Verdict.BREAKS, why="a\n  b")).plain == "  sk1.3.0 ✗ breaks: a b"

"""``pairs`` of a profile: who loads from whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.config.matrix import load_matrix
from harness.config.pairs import producers
from harness.config.plan import Plan, only
from harness.errors import InputError
from harness.report.plan import as_data
from harness.run.sampling import Sample
from harness.terms import Outlook, Pairs

from tests.config.folder import never
from tests.conftest import ROOT, environment, plan_of

RELEASES = ("1.2.0", "1.2.2", "1.3.0", "1.3.1", "1.3.2", "1.4.2")


def upgrades(*releases: str | None) -> dict[str, tuple[str, ...]]:
    environments = [environment(str(one), scikit_learn=one) for one in releases]
    return dict(producers(environments, environments, Pairs.UPGRADES))


def plan_of_upgrades() -> Plan:
    plan = plan_of(*RELEASES)
    environments = tuple(replace(one, scikit_learn=one.name) for one in plan.profile.environments)
    return replace(plan, profile=replace(plan.profile, environments=environments, pairs=Pairs.UPGRADES))


def test_upgrades_are_the_own_minor_both_ways_and_the_newest_of_each_later_one() -> None:
    assert upgrades(*RELEASES) == {
        "1.2.0": ("1.2.0", "1.2.2"),
        "1.2.2": ("1.2.0", "1.2.2"),
        "1.3.0": ("1.3.0", "1.3.1", "1.3.2"),
        "1.3.1": ("1.3.0", "1.3.1", "1.3.2"),
        "1.3.2": RELEASES[:5],
        "1.4.2": RELEASES,
    }


def test_the_newest_is_the_newest_as_versions_go() -> None:
    assert upgrades("1.3.0", "1.4.0", "1.4.1.post1")["1.4.1.post1"] == ("1.3.0", "1.4.0", "1.4.1.post1")
    assert upgrades("1.3.0", "1.4.0", "1.4.1.post1")["1.4.0"] == ("1.4.0", "1.4.1.post1")
    assert upgrades("1.9.0", "1.10.0")["1.10.0"] == ("1.9.0", "1.10.0")
    assert upgrades("1.8.0", "1.9rc1", "1.9.0")["1.9rc1"] == ("1.9rc1", "1.9.0")
    assert upgrades("1.8.0", "1.9rc1")["1.9rc1"] == ("1.8.0", "1.9rc1")


def test_a_minor_alone_stands_for_its_newest_patch() -> None:
    assert upgrades("1.3.0", "1.4.2", "1.4")["1.4"] == ("1.3.0", "1.4.2", "1.4")
    assert upgrades("1.3.0", "1.4.2", "1.4")["1.4.2"] == ("1.4.2", "1.4")


def test_a_runtime_without_scikit_learn_loads_all() -> None:
    runtime = environment("runtime", scikit_learn=None)
    writing = [environment(one, scikit_learn=one) for one in RELEASES]
    assert producers([runtime], writing, Pairs.UPGRADES) == {"runtime": RELEASES}


def test_what_is_no_pair_is_no_cell() -> None:
    plan = plan_of_upgrades()
    cells = [cell for name in plan.environments for cell in plan.cells(name)]
    assert len(cells) == plan.cell_count == (2 + 2 + 3 + 3 + 5 + 6) * 2 * 3
    assert {(cell.artifact.producer, cell.consumer) for cell in cells} == {
        (producer, consumer) for consumer, some in upgrades(*RELEASES).items() for producer in some
    }
    assert plan.artifact_count == len(RELEASES) * 2 * 2  # written all the same
    assert plan.cell_count_in(["1.3.2"]) == 5 * 2 * 3
    assert plan.digest != replace(plan, profile=replace(plan.profile, pairs=Pairs.EVERY)).digest


def test_an_environment_that_cannot_be_had_takes_its_own_cells_along() -> None:
    plan = plan_of_upgrades()
    reasons = {**dict.fromkeys(plan.environments), "1.4.2": "no wheel"}
    outlooks = {name: Outlook(reason=reason, emulated=False, requirements=()) for name, reason in reasons.items()}
    (skip,) = as_data(plan, outlooks)["skips"]
    assert skip == {"environment": "1.4.2", "reason": "no wheel", "cells": len(RELEASES) * 2 * 3}


def test_a_cell_of_no_pair_is_refused() -> None:
    plan = plan_of_upgrades()
    assert only(plan, "1.2.0/ridge/pickle>1.4.2/pickle").cell_count == 3  # with both at home
    with pytest.raises(InputError, match=r"1\.2\.0 does not load from 1\.3\.0: its pairs are upgrades"):
        only(plan, "1.3.0/ridge/pickle>1.2.0/pickle")


def test_a_sample_of_what_was_kept_is_of_the_consumers_own_cells() -> None:
    plan = plan_of_upgrades()
    for day in range(1, 7):
        sample = Sample.of_day(plan, f"2026-11-0{day}")
        assert sample.consumer is not None and any(map(sample.has_cell, plan.cells(sample.consumer)))


def test_a_profile_says_which_pairs(folder) -> None:
    matrix = folder.part(profiles="{a: {pairs: upgrades}, b: {}}")
    assert [matrix.profile(name, satisfiable=never).pairs for name in "ab"] == [Pairs.UPGRADES, Pairs.EVERY]
    assert "pairs" in folder.problem(profiles="{a: {pairs: downgrades}}")


def test_profile_releases_tries_every_release_in_itself_and_upgrades() -> None:
    profile = load_matrix(ROOT / "matrix.yaml").profile("releases", satisfiable=never)
    loaded = Plan(profile=profile).loaded
    assert all(name in some for name, some in loaded.items()) and len(loaded) >= 37
    assert loaded["release-1.3.0"] == ("release-1.3.0", "release-1.3.1", "release-1.3.2")
    assert set(loaded["release-1.9.1"]) == set(loaded)

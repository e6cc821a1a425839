"""A run split into jobs: every environment once, within what a CI matrix may hold."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings, strategies as st

from harness.errors import InputError
from harness.config.plan import Plan
from harness.engine import jobs

from tests.conftest import environment, plan_of


def plan(*environments) -> Plan:
    small = plan_of("any")
    return Plan(profile=dataclasses.replace(small.profile, environments=tuple(environments)))


def listed(*names: str) -> list[dict]:
    shares = [{"session": f"{s}({n})", "name": s, "call_spec": {"environment": n}} for s in jobs.SHARES for n in names]
    return [{"session": "tests", "name": "tests", "call_spec": {}}, *shares]


@settings(deadline=None)  # a busy machine is no fault
@given(st.integers(1, 700), st.integers(0, 40), st.integers(0, 3), st.integers(8, 256))
def test_every_environment_has_one_job_of_each_kind_and_none_is_one_too_many(count, arm, runtimes, most) -> None:
    names = [f"e{i}" for i in range(count)]
    made = [
        environment(
            name,
            platform="linux/arm64" if i < arm else "linux/amd64",
            scikit_learn=None if count - i <= runtimes else "1.5.2",
        )
        for i, name in enumerate(names)
    ]
    found = jobs.split(listed(*names), plan(*made), most=most, may_fail=["e1", "e2"])
    producers = [one.name for one in made if one.produces]
    for share, expected in (("dump", producers), ("load", names)):
        sessions = [session for job in found[share] for session in job.sessions]
        assert sorted(sessions) == sorted(f"{share}({name})" for name in expected)
        assert len(found[share]) <= most
        for job in found[share]:
            alike = {(f"{share}(e{i})" in job.sessions, i < arm, i in (1, 2)) for i in range(count)}
            assert len({kind[1:] for kind in alike if kind[0]}) == 1  # of one architecture, and as likely to fail


def test_what_is_neither_amd64_nor_arm64_is_emulated_on_amd64() -> None:
    made = plan(environment("a", platform="linux/s390x", kind="rootfs"), environment("b", platform="linux/arm64"))
    found = jobs.split(listed("a", "b"), made)["load"]
    assert [(job.name, job.arch, job.roots) for job in found] == [("a", "amd64", True), ("b", "arm64", False)]


def test_few_environments_have_a_job_each_and_the_profile_decides_which() -> None:
    found = jobs.split(listed("a", "b", "c"), plan(environment("a"), environment("c")), may_fail=["c*"])
    assert [(job.name, job.may_fail) for job in found["dump"]] == [("a", False), ("c", True)]


def test_sessions_of_another_matrix_are_refused() -> None:
    with pytest.raises(InputError, match=r"no session load\(b\)"):
        jobs.split(listed("a"), plan(environment("a"), environment("b")))

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import assume, given, strategies as st

from harness.config.expand import combinations, expand, possible_names
from harness.config.spec import Environments
from harness.terms import AsOf, Environment

NATIVE = "linux/amd64"


def spec(strategy: str = "every", *, include: object = (), exclude: object = (), axes: object = None, **more: object):
    given = {"strategy": strategy, "include": list(include), "exclude": list(exclude), "axes": axes} | more
    return Environments.model_validate(given)


def never(environment: Environment) -> bool:
    raise AssertionError(f"only newest-compatible asks, not for {environment.name}")


def names(spec: Environments, satisfiable=never) -> list[str]:
    return [environment.name for environment in expand(spec, native=NATIVE, satisfiable=satisfiable)]


def points(spec: Environments, satisfiable=never) -> list[tuple[str | None, ...]]:
    found = expand(spec, native=NATIVE, satisfiable=satisfiable)
    return [(item.scikit_learn, item.python, item.numpy, item.platform) for item in found]


def item(sklearn: str = "1.5.2", python: str = "3.12", **more: object) -> dict[str, object]:
    return {"scikit-learn": sklearn, "python": python} | more


AXES = {"scikit-learn": ["1.4.2", "1.5.2"], "python": ["3.9", "3.10"], "numpy": ["1.26", "2.0"]}


def test_every():
    assert points(spec(axes=AXES)) == list(
        itertools.product(["1.4.2", "1.5.2"], ["3.9", "3.10"], ["1.26", "2.0"], [NATIVE])
    )


def test_missing_axes():
    assert points(spec(axes={"scikit-learn": ["1.5"], "python": ["3.12"]})) == [("1.5", "3.12", None, NATIVE)]


def test_what_an_environment_of_the_axes_is():
    (environment,) = expand(
        spec("pairwise", axes={"scikit-learn": ["1.5"], "python": ["3.12"]}, as_of="newest", packages=["pandas"]),
        native=NATIVE,
        satisfiable=never,
    )
    assert environment == Environment(
        name="sk1.5-py3.12-amd64",
        scikit_learn="1.5",
        python="3.12",
        numpy=None,
        platform=NATIVE,
        kind="local",
        as_of=AsOf.NEWEST,
        packages=("pandas",),
        origin="environments.axes (pairwise)",
    )


def test_what_an_included_environment_is():
    included = item(numpy="1.26", platform="linux/arm64", as_of="2024-09-11", packages=["skops"], name="mine")
    (_, environment) = expand(spec(include=[item(), included], packages=["pandas"]), native=NATIVE, satisfiable=never)
    assert environment == Environment(
        name="mine",
        scikit_learn="1.5.2",
        python="3.12",
        numpy="1.26",
        platform="linux/arm64",
        kind="local",
        as_of=dt.date(2024, 9, 11),
        packages=("pandas", "skops"),
        origin="environments.include[1]",
    )


def test_a_runtime_is_under_its_own_name_and_has_no_python_packages():
    runtime = {"kind": "node", "name": "node24", "node": "24", "npm": ["onnxruntime-node"], "as_of": "newest"}
    bare = {"name": "bare", "python": "3.13", "packages": ["onnxruntime"], "as_of": "newest"}
    wanted = spec(include=[runtime, bare, item()], packages=["pandas"], tools=["skl2onnx"])
    found = expand(wanted, native=NATIVE, satisfiable=never)
    assert [environment.tools for environment in found] == [(), (), ("skl2onnx",)]  # it needs scikit-learn
    assert [environment.name for environment in found] == ["node24", "bare", "sk1.5-py3.12-amd64"]
    node, python, _ = found
    assert (node.scikit_learn, node.python, node.numpy, node.packages) == (None, None, None, ())
    assert (node.kind, dict(node.options)) == ("node", {"node": "24", "npm": ("onnxruntime-node",)})
    assert (python.scikit_learn, python.python, python.packages) == (None, "3.13", ("onnxruntime",))


def test_included_environments_come_last_and_no_exclude_drops_them():
    wanted = spec(axes=AXES, include=[item("1.0.2", "3.9")], exclude=[{"python": "3.9"}])
    assert [point[:2] for point in points(wanted)] == [
        ("1.4.2", "3.10"), ("1.4.2", "3.10"), ("1.5.2", "3.10"), ("1.5.2", "3.10"), ("1.0.2", "3.9"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        ({"scikit-learn": "1.1"}, ["1.0.2", "1.10.1"]),  # 1.10 is not within 1.1
        ({"scikit-learn": "1.0.2"}, ["1.1.3", "1.10.1"]),
        ({"scikit-learn": "1.0.20"}, ["1.0.2", "1.1.3", "1.10.1"]),
        ({"scikit-learn": "1.1", "python": "3.9"}, ["1.0.2", "1.1.3", "1.10.1"]),  # every key must match
        ({"scikit-learn": "1.1", "platform": "native"}, ["1.0.2", "1.10.1"]),
        ({"scikit-learn": "1.1", "platform": "linux/arm64"}, ["1.0.2", "1.1.3", "1.10.1"]),
        ({"numpy": "1.26"}, ["1.0.2", "1.1.3", "1.10.1"]),  # no NumPy was named
    ],
)
def test_exclude(rule, left):
    axes = {"scikit-learn": ["1.0.2", "1.1.3", "1.10.1"], "python": ["3.10"]}
    assert [point[0] for point in points(spec(axes=axes, exclude=[rule]))] == left


def test_newest_compatible_tries_pythons_then_numpys_from_the_newest():
    asked = []

    def satisfiable(environment: Environment) -> bool:
        asked.append((environment.scikit_learn, environment.python, environment.numpy))
        return environment.scikit_learn == "1.5.2" or environment.python == "3.9"

    axes = {"scikit-learn": ["1.4.2", "1.5.2"], "python": ["3.9", "3.10"], "numpy": ["1.9", "1.26"]}
    assert points(spec("newest-compatible", axes=axes), satisfiable) == [
        ("1.4.2", "3.9", "1.26", NATIVE),
        ("1.5.2", "3.10", "1.26", NATIVE),
    ]
    assert asked == [
        ("1.4.2", "3.10", "1.26"),
        ("1.4.2", "3.10", "1.9"),
        ("1.4.2", "3.9", "1.26"),
        ("1.5.2", "3.10", "1.26"),
    ]


def test_newest_compatible_for_each_platform():
    axes = AXES | {"scikit-learn": ["1.5.2"], "platform": ["native", "linux/arm64"]}
    assert points(spec("newest-compatible", axes=axes), lambda environment: environment.platform == NATIVE or environment.python == "3.9") == [
        ("1.5.2", "3.10", "2.0", NATIVE),
        ("1.5.2", "3.9", "2.0", "linux/arm64"),
    ]  # fmt: skip


def test_newest_compatible_keeps_the_newest_where_nothing_resolves():
    assert points(spec("newest-compatible", axes=AXES), lambda _: False) == [
        ("1.4.2", "3.10", "2.0", NATIVE),
        ("1.5.2", "3.10", "2.0", NATIVE),
    ]


def test_newest_compatible_honours_exclude():
    wanted = spec("newest-compatible", axes=AXES, exclude=[{"python": "3.10"}, {"scikit-learn": "1.4"}])
    assert points(wanted, lambda _: False) == [("1.5.2", "3.9", "2.0", NATIVE)]


def test_one_at_a_time_varies_each_axis_from_the_newest():
    axes = {"scikit-learn": ["1.9.1", "1.10.0"], "python": ["3.9", "3.10"], "platform": ["linux/s390x", "native"]}
    assert points(spec("one-at-a-time", axes=axes)) == [
        ("1.10.0", "3.10", None, "linux/s390x"),
        ("1.9.1", "3.10", None, "linux/s390x"),
        ("1.10.0", "3.9", None, "linux/s390x"),
        ("1.10.0", "3.10", None, NATIVE),
    ]


def test_one_at_a_time_honours_exclude():
    wanted = spec("one-at-a-time", axes=AXES, exclude=[{"scikit-learn": "1.5", "numpy": "1.26"}])
    assert ("1.5.2", "3.10", "1.26", NATIVE) not in points(wanted)
    assert len(points(wanted)) == 3


def test_pairwise_needs_fewer_than_every():
    axes = {
        "scikit-learn": ["1.1", "1.2", "1.3", "1.4"],
        "python": ["3.9", "3.10", "3.11"],
        "numpy": ["1.24", "1.25", "1.26"],
    }
    assert 12 <= len(points(spec("pairwise", axes=axes))) < 20 < len(points(spec(axes=axes)))


def _some(values: list[str], least: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=least, max_size=4, unique=True)


SKLEARN, PYTHON, NUMPY = (
    ["1.0.2", "1.3.2", "1.4.2", "1.5.1", "1.5.2"],
    ["3.8", "3.9", "3.10", "3.12"],
    ["1.24", "1.26", "2.0"],
)
PLATFORM = ["native", "linux/arm64", "linux/s390x"]
some_axes = st.builds(
    lambda sklearn, python, numpy, platform: {"scikit-learn": sklearn, "python": python, "numpy": numpy, "platform": platform},
    _some(SKLEARN, 1), _some(PYTHON, 1), _some(NUMPY, 0), _some(PLATFORM, 1),
)  # fmt: skip
some_rules = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "scikit-learn": st.sampled_from([*SKLEARN, "1.5"]),
            "python": st.sampled_from(PYTHON),
            "numpy": st.sampled_from(NUMPY),
            "platform": st.sampled_from(PLATFORM),
        },
    ).filter(bool),
    max_size=4,
)


def _pairs(point: tuple[str | None, ...]) -> set[tuple[tuple[int, str | None], ...]]:
    return set(itertools.combinations(enumerate(point), 2))


@given(some_axes, some_rules)
def test_pairwise_covers_every_pair_that_can_be_had(axes, rules):
    allowed = points(spec("every", axes=axes, exclude=rules))
    chosen = points(spec("pairwise", axes=axes, exclude=rules))
    assert set(chosen) <= set(allowed)
    assert set().union(*map(_pairs, chosen)) == set().union(*map(_pairs, allowed))
    assert len(chosen) == len(set(chosen))


strategies = st.sampled_from(["every", "newest-compatible", "one-at-a-time", "pairwise"])
included = st.lists(
    st.builds(
        lambda sklearn, python, more: item(sklearn, python, **more),
        st.sampled_from(SKLEARN),
        st.sampled_from(PYTHON),
        st.fixed_dictionaries(
            {},
            optional={"numpy": st.sampled_from([*NUMPY, "1.26.1"]), "as_of": st.sampled_from(["newest", "2024-01-01"])},
        ),
    ),
    max_size=6,
)


@given(strategies, some_axes | st.none(), some_rules, included, st.booleans())
def test_names_tell_environments_apart_and_are_foreseen(strategy, axes, rules, include, answer):
    assume(axes or include)
    wanted = spec(strategy, axes=axes, exclude=rules, include=include)
    found = expand(wanted, native=NATIVE, satisfiable=lambda _: answer)
    assume(found)
    told = [environment.name for environment in found]
    assert len(set(told)) == len(told)
    bare = {(e.scikit_learn, e.python, e.numpy, e.platform, e.as_of, e.packages) for e in found}
    assert len(bare) == len(found)
    # A number at the end depends on what else there is; all else is known before anything has been resolved.
    foreseen = possible_names(wanted, native=NATIVE)
    assert {name if name in foreseen else name.rpartition("-")[0] for name in told} <= foreseen
    if strategy != "newest-compatible" or axes is None:
        assert set(told) == foreseen


@pytest.mark.parametrize(
    ("included", "name"),
    [
        (item("1.5.2", "3.12", numpy="2.1.1"), "sk1.5-py3.12-np2.1-amd64"),
        (item("0.24.2", "3.8"), "sk0.24-py3.8-amd64"),
        (item("1.10", "3.10", platform="linux/arm/v7"), "sk1.10-py3.10-armv7"),
        (item("1.5.2", "3.12", platform="linux/386"), "sk1.5-py3.12-i386"),
        (item("1.10.0rc1", "3.13"), "sk1.10-py3.13-amd64"),
        (item(name="prod_2.x"), "prod_2.x"),
    ],
)
def test_names(included, name):
    assert names(spec(include=[included])) == [name]


def test_only_names_that_would_clash_get_full_versions():
    wanted = [item("1.5.1"), item("1.5.2"), item("1.4.2"), item("1.4.2", numpy="1.26.1"), item("1.4.2", numpy="1.26.4")]
    assert names(spec(include=wanted)) == [
        "sk1.5.1-py3.12-amd64",
        "sk1.5.2-py3.12-amd64",
        "sk1.4-py3.12-amd64",
        "sk1.4.2-py3.12-np1.26.1-amd64",
        "sk1.4.2-py3.12-np1.26.4-amd64",
    ]


def test_a_number_is_the_last_resort():
    wanted = [item(), item(as_of="newest"), item(packages=["pandas"])]
    assert names(spec(include=wanted)) == [
        "sk1.5.2-py3.12-amd64",
        "sk1.5.2-py3.12-amd64-2",
        "sk1.5.2-py3.12-amd64-3",
    ]


ARM = {"kind": "rootfs", "platform": "linux/arm64"}


def test_the_suite_and_the_python_follow_from_each_other():
    roots = [item(python="3.13", **ARM), {"scikit-learn": "1.2.1", "suite": "bookworm", "source": "debian", **ARM}]
    trixie, bookworm = expand(spec(include=roots, tools=["skops"]), native=NATIVE, satisfiable=never)
    assert (trixie.options, trixie.python, trixie.tools) == ((("suite", "trixie"),), "3.13", ("skops",))
    assert (dict(bookworm.options), bookworm.tools) == ({"suite": "bookworm", "source": "debian"}, ())
    assert bookworm.python == "3.11"
    assert bookworm.name == "sk1.2-py3.11-arm64"
    assert bookworm.as_of is AsOf.NEWEST  # a suite is as it is


def test_a_container_has_an_image():
    pinned = f"python@sha256:{'0' * 64}"
    wanted = [item(kind="docker"), item(python="3.13", kind="docker", image=pinned)]
    found = expand(spec(include=wanted), native=NATIVE, satisfiable=never)
    assert [dict(environment.options)["image"] for environment in found] == ["python:3.12-slim", pinned]


def test_the_kind_tells_apart_what_is_the_same_otherwise():
    docker = {"kind": "docker", "platform": "linux/arm64"}
    wanted = [item(python="3.11", **docker), item(python="3.11", **ARM), item(python="3.12", **docker), item()]
    told = ["sk1.5-py3.11-arm64-docker", "sk1.5-py3.11-arm64", "sk1.5-py3.12-arm64", "sk1.5-py3.12-amd64"]
    assert names(spec(include=wanted)) == told
    beside = spec(
        "newest-compatible", axes={"scikit-learn": ["1.5.2"], "python": ["3.12"]}, include=[item(kind="docker")]
    )
    told = names(beside, lambda _: True)
    assert told == ["sk1.5-py3.12-amd64", "sk1.5-py3.12-amd64-docker"]
    assert set(told) <= possible_names(beside, native=NATIVE)


def test_a_given_name_is_never_taken_by_another():
    assert names(spec(include=[item(), item("1.4.2", name="sk1.5-py3.12-amd64")])) == [
        "sk1.5.2-py3.12-amd64",
        "sk1.5-py3.12-amd64",
    ]


def test_equal_environments_are_one_and_the_first_says_why():
    axes = {"scikit-learn": ["1.5.2", "1.5.2"], "python": ["3.12"]}
    (environment,) = expand(spec(axes=axes, include=[item(), item()]), native=NATIVE, satisfiable=never)
    assert environment.origin == "environments.axes (every)"


def test_a_twin_lends_its_name():
    (environment,) = expand(spec(include=[item(), item(name="prod")]), native=NATIVE, satisfiable=never)
    assert (environment.name, environment.origin) == ("prod", "environments.include[0]")
    assert names(spec(include=[item(name="a"), item(name="b"), item()])) == ["a", "b"]


def test_native_and_its_platform_are_one():
    axes = {"scikit-learn": ["1.5.2"], "python": ["3.12"], "platform": ["native", NATIVE]}
    for strategy in ("every", "newest-compatible", "one-at-a-time", "pairwise"):
        assert len(points(spec(strategy, axes=axes), lambda _: True)) == 1


def test_a_name_that_depends_on_the_resolver_is_foreseen():
    """Of 1.5.1 and 1.5.2 on every Python all names clash; of those that are chosen here, none does."""
    wanted = spec("newest-compatible", axes={"scikit-learn": ["1.5.1", "1.5.2"], "python": ["3.9", "3.10"]})
    told = names(wanted, lambda environment: (environment.scikit_learn, environment.python) != ("1.5.1", "3.10"))
    assert told == ["sk1.5-py3.9-amd64", "sk1.5-py3.10-amd64"]
    assert set(told) <= possible_names(wanted, native=NATIVE)


def test_combinations():
    assert combinations(spec(include=[item()])) == 0
    assert combinations(spec(axes={"scikit-learn": ["1.5", "1.4"], "python": ["3.12"]})) == 2
    assert combinations(spec(axes=AXES | {"platform": ["native", "linux/arm64"]})) == 16

"""What uv says, and what is made of it. The texts are uv 0.9's own."""

from __future__ import annotations

import datetime as dt

import pytest

from harness.environments import LackingError, local, lock
from harness.environments.availability import satisfiable
from harness.machine import processes
from harness.terms import AsOf

from tests.conftest import environment

PINS = "joblib==1.4.2 \\\n    --hash=sha256:06d4\nscikit_learn==1.5.2 \\\n    --hash=sha256:0f\n"

IMPOSSIBLE = {
    "no version": """error: No solution found when resolving dependencies
  cause: Because there is no version of scikit-learn==1.99.0 and you require scikit-learn==1.99.0, we can conclude that \
your requirements are unsatisfiable.
""",
    "no wheel": """error: No solution found when resolving dependencies
  cause: Because scikit-learn==1.5.2 has no usable wheels and you require scikit-learn==1.5.2, we can conclude that \
your requirements are unsatisfiable.

hint: Wheels are required for `scikit-learn` because building from source is disabled for all packages
""",
    "not that day": """error: No solution found when resolving dependencies
  cause: Because only numpy<=1.24.2 is available and you require numpy==2.1.*, we can conclude that your requirements \
are unsatisfiable.

hint: `numpy` was filtered by `exclude-newer` to only include packages uploaded before 2023-03-11T00:00:00Z.
""",
    "no package": """error: No solution found when resolving dependencies
  cause: Because no-such-package was not found in the package registry and you require no-such-package, we can conclude \
that your requirements are unsatisfiable.
""",
}
UNREACHABLE = {
    "offline": """error: No solution found when resolving dependencies
  cause: Because scikit-learn was not found in the cache and you require scikit-learn==1.5.2, we can conclude that your \
requirements are unsatisfiable.

hint: Packages were unavailable because the network was disabled. When the network is disabled, registry packages may \
only be read from the cache.
""",
    "no such host": """error: Failed to fetch: https://nohost.invalid/simple/scikit-learn/
  cause: error sending request for url (https://nohost.invalid/simple/scikit-learn/)
  cause: client error (Connect)
  cause: dns error
  cause: failed to lookup address information: Name or service not known
""",
    "nobody listens": """error: Failed to fetch: http://127.0.0.1:9/simple/scikit-learn/
  cause: client error (Connect)
  cause: tcp connect error
  cause: Connection refused (os error 111)
""",
}
BROKEN = 'error: Couldn\'t parse requirement in `r.in` at position 0\n  cause: no such comparison operator "="\n'


class Uv:
    """Stands in for the door to processes."""

    def __init__(self, stdout: str = "", stderr: str = "", code: int | None = 0) -> None:
        self.done = processes.Completed(code=code, stdout=stdout, stderr=stderr, seconds=0.1)
        self.asked: list[list[str]] = []

    def __call__(self, argv, *, env, **_):
        self.asked.append([str(word) for word in argv])
        self.variables = env
        return self.done


@pytest.fixture
def answering(monkeypatch, tmp_path):
    monkeypatch.setenv("NOXENVDIR", str(tmp_path))

    def answer(**told) -> Uv:
        uv = Uv(**told)
        monkeypatch.setattr(processes, "run", uv)
        return uv

    return answer


@pytest.mark.parametrize("said", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_no_resolver_can_satisfy_is_told_in_its_words_without_its_hints(answering, said) -> None:
    answering(stderr=said, code=1)
    with pytest.raises(lock.UnsatisfiableError, match="^Because ") as caught:
        lock.resolve(environment("a"))
    assert str(caught.value).endswith("your requirements are unsatisfiable.")
    assert not satisfiable(environment("a"))


def test_where_a_release_has_no_wheels_the_nearest_that_has_is_named(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("NOXENVDIR", str(tmp_path))
    answers = [
        processes.Completed(code=1, stdout="", stderr=IMPOSSIBLE["no wheel"], seconds=0.1),
        processes.Completed(code=0, stdout="scikit-learn==1.6.0\n", stderr="", seconds=0.1),
    ]
    monkeypatch.setattr(processes, "run", lambda *_, **__: answers.pop(0))
    with pytest.raises(lock.UnsatisfiableError, match=r"The nearest release with wheels for this Python is 1\.6\.0\.$"):
        lock.resolve(environment("a", as_of=AsOf.RELEASE))


@pytest.mark.parametrize("said", UNREACHABLE.values(), ids=UNREACHABLE)
def test_no_answer_is_not_impossible(answering, said) -> None:
    answering(stderr=said, code=2)
    with pytest.raises(lock.UnreachableError, match="is there a network"):
        lock.resolve(environment("a"))
    assert satisfiable(environment("a"))


def test_another_failure_is_not_blamed_on_the_network(answering) -> None:
    answering(stderr=BROKEN, code=2)
    with pytest.raises(lock.UnreachableError, match="uv could not resolve it: Couldn't parse"):
        lock.resolve(environment("a"))


def test_a_resolver_that_never_answers(answering) -> None:
    answering(code=None)
    with pytest.raises(lock.UnreachableError, match="within 180 s"):
        lock.resolve(environment("a"))


def test_a_platform_without_wheels_needs_no_resolver(answering) -> None:
    uv = answering()
    with pytest.raises(lock.UnsatisfiableError, match="linux/s390x"):
        lock.resolve(environment("a", platform="linux/s390x"))
    assert not uv.asked


def test_a_past_day_is_resolved_once_and_includes_that_day(answering) -> None:
    uv = answering(stdout=PINS)
    found = lock.resolve(environment("a", as_of=dt.date(2024, 9, 12)))
    assert found.packages == {"joblib": "1.4.2", "scikit-learn": "1.5.2"}
    assert uv.asked[0][-2:] == ["--exclude-newer", "2024-09-13"]
    assert lock.resolve(environment("b")).text == PINS
    assert len(uv.asked) == 1
    lock.resolve(environment("a", numpy="2.0"))
    assert len(uv.asked) == 2


def test_today_is_asked_for_anew(answering) -> None:
    uv = answering(stdout=PINS)
    for _ in range(2):
        lock.resolve(environment("a", as_of=AsOf.NEWEST))
    assert len(uv.asked) == 2
    assert "--exclude-newer" not in uv.asked[0]


def test_the_day_of_a_release_is_a_day_after_its_last_wheel(answering) -> None:
    times = ["2024-09-11T15:50:10Z", "2024-09-11T23:59:00Z"]
    wheels = ", ".join(f"{{upload-time = {time}}}" for time in times)
    answering(stdout=f'[[packages]]\nname = "scikit-learn"\nwheels = [{wheels}]\n')
    question = lock._Question(environment("a"), ("scikit-learn==1.5.2",), None, {})
    assert lock._release_day(question) == dt.date(2024, 9, 12)


def test_a_package_may_be_of_the_day_of_the_release_where_the_others_are_of_today(answering) -> None:
    lock_with_times = '[[packages]]\nname = "scikit-learn"\nwheels = [{upload-time = 2022-12-08T10:00:00Z}]\n'
    uv = answering(stdout=lock_with_times)
    lock.resolve(environment("a", as_of=AsOf.NEWEST, days=(("numpy", AsOf.RELEASE), ("pandas", dt.date(2024, 1, 1)))))
    asked = uv.asked[-1][uv.asked[-1].index("--generate-hashes") + 1 :]
    assert asked == ["--exclude-newer-package", "numpy=2022-12-10", "--exclude-newer-package", "pandas=2024-01-02"]
    runtime = environment("b", scikit_learn=None, as_of=AsOf.NEWEST, days=(("numpy", AsOf.RELEASE),))
    lock.resolve(runtime)
    assert "--exclude-newer-package" not in uv.asked[-1]


def test_an_index_without_upload_times_is_told_what_to_do(answering) -> None:
    answering(stdout="packages = []\n")
    with pytest.raises(lock.UnreachableError, match="as_of"):
        lock.resolve(environment("a", as_of=AsOf.RELEASE))


@pytest.mark.parametrize(("version", "pin"), [("1.5", "==1.5.*"), ("1.5.2", "==1.5.2")])
def test_a_minor_version_is_its_newest_release(version, pin) -> None:
    assert lock.requirements(environment("a", scikit_learn=version, numpy=None)) == [f"scikit-learn{pin}"]


def test_without_scikit_learn_only_the_packages_are_asked_for(answering) -> None:
    bare = environment("a", scikit_learn=None, numpy=None, packages=("onnxruntime", "numpy"))
    assert lock.requirements(bare) == ["onnxruntime", "numpy"]
    uv = answering(stdout=PINS)
    lock.resolve(bare)
    assert uv.asked[0][-2:] == ["--exclude-newer", "2024-09-13"]


def test_a_further_index_is_the_one_that_the_variable_names(answering, monkeypatch) -> None:
    uv = answering(stdout=PINS)
    nightly = environment("a", scikit_learn="1.10", numpy="2.6.1", as_of=AsOf.NEWEST, index="WHEELS_OF_THE_NIGHT")
    monkeypatch.delenv("WHEELS_OF_THE_NIGHT", raising=False)
    with pytest.raises(LackingError, match="set the variable WHEELS_OF_THE_NIGHT"):
        local.lock(nightly)
    monkeypatch.setenv("WHEELS_OF_THE_NIGHT", "")  # as CI has a variable of the repository that is not set
    with pytest.raises(LackingError):
        local.lock(nightly)
    assert not uv.asked
    monkeypatch.setenv("WHEELS_OF_THE_NIGHT", "https://wheels.invalid/simple")
    local.lock(nightly)
    assert (uv.variables["UV_INDEX"], uv.variables["UV_PRERELEASE"]) == ("https://wheels.invalid/simple", "allow")
    # Next year's development versions, too, and not only those of this minor.
    assert local.requirements(nightly) == ["scikit-learn>=1.10.dev0", "numpy>=2.6.1.dev0"]
    local.lock(environment("b", as_of=AsOf.NEWEST))
    assert "UV_INDEX" not in uv.variables

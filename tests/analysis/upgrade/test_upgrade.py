"""What an upgrade says: never better than the worst cell behind it, the same as `ask`, and no more than was tried."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.analysis.ask import Verdict, ask
from harness.analysis.ask.index import Index
from harness.analysis.upgrade import HeldClass, ModelFile, Side, upgrade
from harness.analysis.verdicts import SAFE, crossed
from tests.analysis.ask.runs import manifest, part, stored
from tests.analysis.ask.test_never_better import IDS, STATUSES, behind
from tests.analysis.compare.common import cell

ORDER = list(Verdict)


def side(**packages: str) -> Side:
    held = {name.replace("_", "-"): (version,) for name, version in packages.items()}
    return Side(called=str(packages), target="new.txt", packages=held)


OLD, NEW = side(scikit_learn="1.2.2"), side(scikit_learn="1.5.2")
BAD = cell("old/spam/pickle>new/pickle", "drift", parity="drift")


def index(*special, **given) -> Index:
    return Index.from_tables(stored(*special, **given))


def by_name(found):
    return {one.name: one for one in found.estimators}


def test_every_class_is_answered_for_the_worst_first() -> None:
    found = upgrade([index(BAD)], OLD, NEW)
    assert {one.name: one.verdict for one in found.estimators} == {
        "Pipeline": Verdict.CHANGES, "Counter": Verdict.CHANGES, "Forest": Verdict.CHANGES, "Ridge": Verdict.UNSEEN,
    }  # fmt: skip
    assert found.estimators[-1].name == "Ridge"
    assert (str(found.sentence), found.subject) == (
        "3 of 4 estimators change predictions",
        "scikit-learn 1.2.2 → 1.5.2",
    )
    assert [one.name for one in found.estimators if one.is_by_itself and one.verdict is Verdict.CHANGES] == ["Pipeline"]


def test_it_says_of_a_class_what_ask_says() -> None:
    stored_runs = [index(BAD, cell("old/forest/joblib>new2/joblib", "load-error"))]
    for one in upgrade(stored_runs, OLD, NEW).estimators:
        asked = ask(stored_runs, one.name, producers=["1.2"], consumers=["1.5"])
        assert (one.verdict, one.sentence) == (asked.verdict, asked.sentence)


def test_each_format_has_its_own_verdict_and_converted_ones_have_none() -> None:
    found = by_name(upgrade([index(BAD)], OLD, NEW))["Forest"]
    assert found.formats == {"pickle": Verdict.CHANGES, "joblib": Verdict.SAFE}
    only = by_name(upgrade([index(BAD)], OLD, NEW, format_name="joblib"))["Forest"]
    assert only.verdict is Verdict.SAFE


def test_a_numpy_major_that_no_run_has_is_not_known() -> None:
    for versions, verdict in [(("1.26.4", "1.26.4"), Verdict.SAFE), (("1.26.4", "2.4.0"), Verdict.UNSEEN),
                              (("2.1.0", "2.1.0"), Verdict.UNKNOWN)]:  # fmt: skip
        sides = [side(scikit_learn=it, numpy=numpy) for it, numpy in zip(("1.2.2", "1.5.2"), versions, strict=True)]
        assert by_name(upgrade([index()], *sides))["Forest"].verdict is verdict, versions


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (side(scikit_learn="1.2.1"), NEW),
        (OLD, side(scikit_learn="1.5.0")),
        (OLD, side(scikit_learn="1.5.2", scipy="1.16.0")),
        (side(scikit_learn="1.2.2", numpy="1.20.0"), NEW),
        (OLD, side(scikit_learn="1.5.2", python="3.13.1")),
        (OLD, Side(called="", target="", packages={"scikit-learn": ("1.5.2",), "numpy": ("1.26.4", "2.1.0")})),
    ],
)
def test_what_no_run_has_tried_is_never_safe_and_is_named(old, new) -> None:
    found = upgrade([index()], old, new)
    assert {one.verdict for one in found.estimators} == {Verdict.UNSEEN}
    assert str(by_name(found)["Forest"].sentence) == "no difference seen in 4 models"
    assert not found.coverage.is_covered
    assert crossed(["not-seen"], found.verdicts) == ["not-seen"]


def test_without_such_an_environment_nothing_is_known() -> None:
    found = upgrade([index()], OLD, side(scikit_learn="1.99.0"))
    assert {one.verdict for one in found.estimators} == {Verdict.UNKNOWN}
    assert str(found.sentence) == "not known for 4 estimators"


def test_a_class_that_the_old_release_does_not_have_is_told_apart() -> None:
    found = upgrade([index(unfitted={("old", "ridge")})], OLD, NEW)
    assert found.absent == ("Ridge",) and "Ridge" not in by_name(found)


def test_another_packages_class_that_a_run_lacks_is_not_known() -> None:
    run = [
        index(cases=("boosted",), models={"boosted": manifest(part("XGBClassifier"))}, unfitted={("old", "boosted")})
    ]
    found = upgrade(run, OLD, NEW)
    assert (found.absent, by_name(found)["XGBClassifier"].verdict) == ((), Verdict.UNKNOWN)


def test_a_format_that_one_of_the_two_cannot_read_is_left_out() -> None:
    whole = {"numpy": "1.26.4", "scipy": "1.10.0", "joblib": "1.2.0"}
    bad = cell("old/spam/cloudpickle>new/cloudpickle", "drift", parity="drift")
    run = [index(bad, formats=("pickle", "cloudpickle"))]
    for new, verdict in ((whole, Verdict.UNSEEN), ({**whole, "cloudpickle": "3.0"}, Verdict.CHANGES)):
        found = upgrade(run, side(scikit_learn="1.2.2"), side(scikit_learn="1.5.2", **new))
        assert by_name(found)["Forest"].verdict is verdict
        assert found.left_out == (("cloudpickle",) if new is whole else ())


def test_other_packages_are_asked_about_only_where_both_have_them() -> None:
    models = {"boosted": manifest(part("XGBClassifier"))}
    run = [index(cell("old/boosted/pickle>new/pickle", "load-error"), cases=("boosted",), models=models)]
    whole = {"numpy": "1.26.4", "scipy": "1.10.0", "joblib": "1.2.0"}
    old, new = ({"scikit_learn": release, **whole} for release in ("1.2.2", "1.5.2"))
    assert not upgrade(run, side(**old), side(**new)).estimators
    found = upgrade(run, side(**old, xgboost="1.7.6"), side(**new, xgboost="2.1.0"))
    assert by_name(found)["XGBClassifier"].verdict is Verdict.BREAKS


FOREST = HeldClass(name="Forest", parameters={"criterion": "'gini'"}, scikit_learn="1.2.2")


def file(*classes: HeldClass, path: str = "m.pkl", **given) -> ModelFile:
    return ModelFile(
        path=path, format="pickle", classes=classes, within=frozenset(one.name for one in classes), **given
    )


def judged(*special, classes=(FOREST,), old=OLD, new=NEW, **given):
    return upgrade([index(*special)], old, new, [file(*classes, **given)]).files[0]


def test_a_file_is_never_better_than_no_difference_seen() -> None:
    found = judged()
    assert (found.verdict, str(found.sentence)) == (Verdict.UNSEEN, "no difference seen in models like Forest")
    assert not found.verdicts & SAFE


def test_a_file_is_judged_by_models_like_it() -> None:
    """A pipeline that changes says nothing of a forest alone; one with what the pipeline has, it does."""
    assert judged(BAD).verdict is Verdict.UNSEEN
    assert judged(cell("old/forest/pickle>new/pickle", "load-error")).verdict is Verdict.BREAKS
    assert "Forest breaks in 1 of 3 models" in str(judged(cell("old/forest/pickle>new/pickle", "load-error")).sentence)


def test_what_is_not_in_a_file_and_bad_by_itself_does_not_speak_against_it() -> None:
    models = {
        "search": manifest(part("Search"), part("Forest", "estimator")),
        "search_ridge": manifest(part("Search"), part("Ridge", "estimator")),
        "ridge": manifest(part("Ridge")),
    }
    bad = [cell(f"old/{case}/pickle>new/pickle", "load-error") for case in ("ridge", "search_ridge")]
    run = [index(*bad, cases=tuple(models), models=models)]
    asked = HeldClass(name="Search", parameters={}, scikit_learn="1.2.2")
    other = HeldClass(name="Lasso", parameters={}, scikit_learn="1.2.2")
    (found,) = upgrade(run, OLD, NEW, [file(asked, other)]).files
    assert [one.verdict for one in found.classes] == [Verdict.UNSEEN]
    assert found.verdict is Verdict.UNKNOWN and str(found.sentence) == "not known: no run knows Lasso"
    (found,) = upgrade(run, OLD, NEW, [file(asked, HeldClass(name="Ridge", parameters={}, scikit_learn="1.2.2"))]).files
    assert found.verdict is Verdict.BREAKS


def test_the_release_that_a_file_keeps_counts_and_not_that_of_the_old_environment() -> None:
    bad = cell("new/forest/pickle>new/pickle", "load-error")
    newer = HeldClass(name="Forest", parameters={}, scikit_learn="1.5.2")
    assert judged(bad).verdict is Verdict.UNSEEN
    found = judged(bad, classes=(newer,))
    assert (found.verdict, found.written_by) == (Verdict.BREAKS, "1.5.2")


def test_the_numpy_that_a_file_shows_counts() -> None:
    assert judged(numpy="1").verdict is Verdict.UNSEEN
    assert judged(numpy="2").verdict is Verdict.UNKNOWN, "no run has saved with 1.2 and NumPy 2"


def test_bytecode_needs_the_same_python() -> None:
    old = side(scikit_learn="1.2.2", python="3.11.2")
    assert judged(bytecode="3.11", old=old).verdict is Verdict.UNKNOWN, "the Python that loads is not told"
    assert judged(bytecode="3.11", new=side(scikit_learn="1.5.2", python="3.12.1")).verdict is Verdict.UNKNOWN
    assert judged(bytecode="3.11 or 3.12", old=old, new=side(scikit_learn="1.5.2", python="3.11.9")).verdict is (
        Verdict.UNSEEN
    )


def test_a_minor_may_be_the_very_release_that_wrote_a_file() -> None:
    assert not judged(old=side(scikit_learn="1.2")).written_by
    assert judged(old=side(scikit_learn="1.2.1")).written_by == "1.2.2"


def test_a_file_of_a_format_that_one_of_the_two_lacks_is_not_known() -> None:
    whole = {"numpy": "1.26.4", "scipy": "1.10.0", "joblib": "1.2.0"}
    run = [index(formats=("pickle", "skops"))]
    archive = ModelFile(path="m.skops", format="skops", classes=(FOREST,), within=frozenset({"Forest"}))
    (found,) = upgrade(run, OLD, side(scikit_learn="1.5.2", **whole), [archive]).files
    assert (found.verdict, found.classes) == (Verdict.UNKNOWN, ())
    assert str(found.sentence).endswith("has no skops")


def test_a_class_that_only_has_the_name_of_a_known_one_is_not_known() -> None:
    own = HeldClass(name="Forest", parameters={}, scikit_learn="1.2.2", stranger="churn.Forest")
    assert str(judged(classes=(own,)).sentence) == "not known: no run knows churn.Forest"
    assert str(judged(built=("churn.Cleaner",)).sentence) == "not known: no run knows churn.Cleaner"
    many = tuple(f"churn.Cleaner{number}" for number in range(9))
    assert str(judged(built=many).sentence).endswith("churn.Cleaner2 and 6 more")


def test_a_choice_that_no_tried_model_has_is_not_known_and_a_number_is_no_choice() -> None:
    models = {"pca": manifest(part("PCA", svd_solver="auto", n_components=2))}
    run = [index(cases=tuple(models), models=models)]
    for solver, components, told in (
        ("'auto'", "3", "no difference seen in models like PCA"),
        ("'full'", "2", "not known: no tried PCA has svd_solver='full'"),
    ):
        asked = HeldClass(
            name="PCA", parameters={"svd_solver": solver, "n_components": components}, scikit_learn="1.2.2"
        )
        assert str(upgrade(run, OLD, NEW, [file(asked)]).files[0].sentence) == told


def test_a_file_of_another_format_than_is_asked_about_is_not_known() -> None:
    run = [index(formats=("pickle", "joblib", "skops"))]
    for name, verdict in (("pickle", Verdict.UNSEEN), ("joblib", Verdict.UNSEEN), ("skops", Verdict.UNKNOWN)):
        (found,) = upgrade(run, OLD, NEW, [file(FOREST)], format_name=name).files
        assert found.verdict is verdict, name
    assert str(found.sentence) == "not known: it is of the format pickle, not skops"


def test_with_files_the_answer_and_the_gates_are_of_the_files() -> None:
    found = upgrade([index(BAD)], OLD, NEW, [file(FOREST), file(path="bad.pkl", trouble="damaged: it ends early")])
    assert str(found.sentence) == "not known for 1 of 2 files"
    assert [one.file.path for one in found.files] == ["bad.pkl", "m.pkl"]
    assert crossed(["changes", "breaks", "not-known"], found.verdicts) == ["not-known"]
    assert crossed(["changes"], upgrade([index(BAD)], OLD, NEW).verdicts) == ["changes"]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(IDS), STATUSES), max_size=12), st.booleans())
def test_nothing_is_told_better_than_the_worst_cell_behind_it(drawn, is_covered) -> None:
    special = [{**cell(identifier, facts["status"]), **facts} for identifier, facts in drawn]
    tables = stored(*special, formats=("pickle", "joblib"))
    new = NEW if is_covered else side(scikit_learn="1.5.2", scipy="9.9")
    alone = HeldClass(name="Ridge", parameters={}, scikit_learn="1.2.2")
    found = upgrade([Index.from_tables(tables)], OLD, new, [file(alone)])
    worst: dict[tuple[str, str], Verdict] = {}
    for (name, source, target, format_name), verdict in behind(tables).items():
        if (source, target) == ("1.2.2", "1.5.2"):
            for key in ((name, format_name), (name, "")):
                worst[key] = min(worst.get(key, verdict), verdict, key=ORDER.index)
    known = by_name(found)
    for (name, format_name), verdict in worst.items():
        told = known[name].formats[format_name] if format_name else known[name].verdict
        assert ORDER.index(told) <= ORDER.index(verdict), (name, format_name)
        assert is_covered or told not in SAFE
    assert ORDER.index(found.verdict) <= ORDER.index(worst.get(("Ridge", ""), Verdict.SAFE))
    assert found.verdict not in SAFE
    over = crossed(["changes"], upgrade([Index.from_tables(tables)], OLD, new).verdicts)
    assert bool(over) == (Verdict.CHANGES in worst.values())

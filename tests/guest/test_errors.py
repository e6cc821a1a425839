"""Exceptions and warnings as data: hostile ones, too."""

import sys
import warnings

from guest import errors


class Mute(Exception):
    def __str__(self):
        raise SystemExit(1)

    __repr__ = __str__


def raised(error):
    try:
        raise error
    except BaseException as caught:
        return caught


def test_an_exception():
    facts = errors.describe(raised(ValueError("no")))
    assert facts["type"] == "ValueError" and facts["message"] == "no" and facts["memory"] is False
    assert "raised(ValueError" in facts["traceback"] or "in raised" in facts["traceback"]


def test_the_type_says_its_module():
    assert errors.describe(raised(Mute()))["type"].endswith("test_errors.Mute")


def test_a_message_that_raises():
    facts = errors.describe(raised(Mute()))
    assert facts["message"] == "<SystemExit while writing the message>"
    assert isinstance(facts["traceback"], str)


def test_what_is_too_long_is_cut():
    facts = errors.describe(raised(ValueError("x" * 10**6)))
    assert len(facts["message"]) == errors.MESSAGE_LIMIT
    assert len(facts["traceback"]) < errors.TRACEBACK_LIMIT + 10


def test_memory():
    assert errors.describe(MemoryError())["memory"] is True


def test_a_recursion_of_usual_depth_is_whole():
    def deeper():
        deeper()

    try:
        deeper()
    except RecursionError as error:
        facts = errors.describe(error)
    assert facts["type"] == "RecursionError"
    assert "more times" in facts["traceback"]


def test_a_very_deep_traceback_loses_its_middle():
    def first(depth):
        deeper(depth)

    def deeper(depth):
        if depth:
            deeper(depth - 1)
        raise ValueError("bottom")

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(6_000)
    try:
        first(4_000)
    except ValueError as error:
        kept = error
    finally:
        sys.setrecursionlimit(limit)
    facts = errors.describe(kept)
    frames, trace = 0, kept.__traceback__
    while trace is not None:
        frames, trace = frames + 1, trace.tb_next
    if sys.version_info >= (3, 7):
        assert frames == errors.FRAME_LIMIT + 1 and "in first" in facts["traceback"]
    assert facts["traceback"].endswith("ValueError: bottom\n")


def test_warnings_are_kept_once_with_their_count():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(3):
            warnings.warn("so", DeprecationWarning)
        warnings.warn("Trying to unpickle estimator A from version 1.1.3 when using version 1.2", UserWarning)
    facts = errors.describe_warnings(caught)
    assert facts[0] == {"category": "DeprecationWarning", "message": "so", "count": 3}
    assert facts[1]["original_sklearn_version"] == "1.1.3"


def test_warnings_have_a_limit():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for number in range(200):
            warnings.warn("number %d" % number)
    assert len(errors.describe_warnings(caught)) == errors.WARNING_LIMIT


class Endless(str):
    """It says that it is short, and gives itself where a part is asked for."""

    def __len__(self):
        return 1

    def __getitem__(self, part):
        return self

    def __str__(self):
        return self


class Long(Exception):
    def __str__(self):
        return Endless("x" * 10**6)


Named = type("N" * 10**6, (Long, UserWarning), {"__module__": Endless("m" * 10**6)})


def test_a_text_that_lies_about_its_length_is_cut():
    for text in (errors.text_of(Long()), errors.text_of(Endless("x" * 10**6))):
        assert type(text) is str and str.__len__(text) == errors.MESSAGE_LIMIT


def test_names_of_classes_are_cut():
    facts = errors.describe(raised(Named()))
    assert len(facts["type"]) <= 2 * errors.NAME_LIMIT + 1
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warnings.warn("short", Named)
    (fact,) = errors.describe_warnings(caught)
    assert type(fact["category"]) is str and len(fact["category"]) <= 2 * errors.NAME_LIMIT + 1


def test_a_class_whose_name_cannot_be_had():
    class Meta(type):
        def __getattribute__(cls, name):
            raise KeyError(name)

    assert isinstance(errors.qualified_name(Meta("X", (), {})), str)

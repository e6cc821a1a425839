"""What a fitted model is asked, beyond the methods that are timed: each probe is one question, and its name says which.

``predict_log_proba``     a method, on the held-out rows
``predict_std``           what ``predict(rows, return_std=True)`` tells of each prediction's spread
``get_support``           a method without arguments
``coef_``                 a public fitted attribute, as far as it can travel as data
``predict(float32)``      a method on another form of the rows, see `harness.guest.variants`

The producer chooses the probes (`harness.guest.choosing`), and consumers ask the very same.
An exception is an answer, too: ``{"kind": "error", "type", "message"}``, where the other answers are encoded values. What
the model does not have is ``{"kind": "absent"}``.

Standard library at its top.
"""

import copy
import inspect
import random
import sys
import warnings
from time import perf_counter  # bound now: a model may have replaced it when we need it

from . import errors, variants
from .encoding import encode, encode_output

#: Methods of rows that are timed, where a case names none. No others are: ``predict_seconds`` is to mean what it meant in
#: runs that asked nothing else.
METHODS = ("predict", "predict_proba", "decision_function", "transform", "score_samples")
#: Further methods of rows. The staged ones give one output for each stage.
MORE = (
    "predict_log_proba", "inverse_transform", "kneighbors", "apply", "decision_path", "mahalanobis", "staged_predict",
    "staged_predict_proba", "staged_decision_function", "predict_std",
)  # fmt: skip
#: What a method tells when it is asked for it by a keyword.
BY_KEYWORD = {"predict_std": ("predict", "return_std")}
#: Methods that take nothing.
GETTERS = (
    "get_feature_names_out", "get_support", "get_covariance", "get_precision", "get_depth", "get_n_leaves",
)  # fmt: skip
STAGES = 6  # that are compared: the first and the last among them


class Answers:
    """What a model answers to some probes: ``encoded`` by name, and ``written``, the methods that changed their rows.

    ``raw`` are the outputs of methods, ``seconds`` is what those took, without copies and encoding. ``unasked`` says by name
    what could not be asked here.
    """

    def __init__(self):
        self.raw = {}
        self.encoded = {}
        self.written = []
        self.unasked = {}
        self.seconds = 0.0


def offered(reader, model, methods):
    """The methods to call: all, unless the format may lack some. Raises Unsupported where it has none of them."""
    if not getattr(reader, "PARTIAL", False):
        return methods
    found = [name for name in methods if name in model.methods]
    if not found:
        wanted, held = ", ".join(methods), ", ".join(model.methods) or "nothing"
        raise errors.Unsupported("it has none of %s, only %s" % (wanted, held))
    return found


def has(model, name):
    """Whether a model has what a probe asks, errors aside."""
    if name in BY_KEYWORD:
        return _takes(model, *BY_KEYWORD[name])
    return hasattr(model, name)


def _takes(model, method, keyword):
    """Whether a method takes a keyword: it names it, or hands it to the last step of a pipeline, which does."""
    try:
        given = inspect.signature(getattr(model, method)).parameters
    except (AttributeError, TypeError, ValueError):
        return False
    if keyword in given:
        return True
    steps = getattr(model, "steps", None)
    hands_on = any(one.kind is one.VAR_KEYWORD for one in given.values())
    return bool(hands_on and type(steps) is list and steps) and _takes(steps[-1][-1], method, keyword)


def ask_methods(model, rows, names):
    """Call methods on fresh rows each, as their users do. Their warnings are the caller's to record."""
    answers = Answers()
    for name in names:
        given = fresh(rows)
        started = perf_counter()
        try:
            output = call(model, name, given)
        except _OURS:
            raise
        except BaseException as error:  # SystemExit of a model is its answer, not our end
            answers.seconds += perf_counter() - started
            answers.encoded[name] = dict(error_of(error), traceback=errors.describe(error)["traceback"])
        else:
            answers.seconds += perf_counter() - started
            answers.raw[name] = output
            answers.encoded[name] = encode_output(output)
        if not name.endswith("_") and not same(given, rows):
            answers.written.append(name)
    return answers


def ask(model, rows, names):
    """Ask probes of every kind. No warning of theirs is told: they call what the model's user may never call."""
    answers = Answers()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            _ask(model, rows, name, answers)
    return answers


def _ask(model, rows, name, answers):
    method, _, variant = name.rstrip(")").partition("(")
    if not variant and not method.endswith("_") and method not in GETTERS:
        found = ask_methods(model, rows, [name])
        answers.encoded.update(found.encoded)
        answers.written += found.written
        return
    try:
        given = variants.make(variant, rows) if variant else None
    except ImportError as error:
        answers.unasked[name] = errors.text_of(error, 200)
        return
    if method in GETTERS and not hasattr(model, method):
        answers.encoded[name] = {"kind": "absent"}
        return
    try:
        answers.encoded[name] = encode_output(call(model, method, given))
    except _OURS:
        raise
    except AttributeError as error:  # a property that raises it is not there, to its users
        answers.encoded[name] = {"kind": "absent"} if method.endswith("_") else error_of(error)
    except BaseException as error:
        answers.encoded[name] = error_of(error)


#: What says something of the format, the environment or the machine, never of the model.
_OURS = (errors.Unsupported, errors.Refused, MemoryError)


def error_of(error):
    return {"kind": "error", "type": errors.qualified_name(type(error)), "message": errors.text_of(error)}


def call(model, name, rows):
    """What a method gives for rows, or what an attribute is. Whatever draws from the global generators draws the same."""
    if name.endswith("_"):
        return getattr(model, name)
    seed_everything(0)
    if name in GETTERS:
        return getattr(model, name)()
    if name in BY_KEYWORD:
        method, keyword = BY_KEYWORD[name]
        return getattr(model, method)(rows, **{keyword: True})[-1]
    if name == "inverse_transform":  # of the model's own transform
        return model.inverse_transform(model.transform(rows))
    output = getattr(model, name)(rows)
    return _stages(output) if name.startswith("staged_") else output


def _stages(output):
    stages = list(output)
    last = len(stages) - 1
    wanted = {round(last * place / (STAGES - 1)) for place in range(STAGES)}
    return [stage for place, stage in enumerate(stages) if place in wanted]


def seed_everything(seed):
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed)


def fresh(rows):
    """A copy of rows, for a method that may write into them."""
    if type(rows) is list or not hasattr(rows, "copy"):
        return copy.deepcopy(rows)
    return rows.copy()


def same(given, rows):
    """Whether rows are what they were, to the bit; of rows of no known type: as encoded."""
    if type(given) is not type(rows):
        return False
    if type(rows) is list:
        return given == rows
    if hasattr(rows, "equals"):
        return bool(given.equals(rows)) and list(given.columns) == list(rows.columns)
    if hasattr(rows, "tobytes") and rows.dtype != object:
        return given.dtype == rows.dtype and given.shape == rows.shape and given.tobytes() == rows.tobytes()
    return encode(given) == encode(rows)

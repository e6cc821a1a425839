"""Arrays that joblib keeps out of the pickle: their bytes follow an opcode, or lie in files beside it.

joblib writes a stand-in of the array into the pickle. When its state is there, it reads the array itself: since 0.10
from behind the opcode, before that from a file. Since 1.2 arrays are aligned: one byte says how many of padding follow.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from harness.inspection.limits import Damaged, TooLarge
from harness.inspection.nodes import Array, Built, Mapping
from harness.inspection.opcodes import TABLE
from harness.inspection.walker import Budget, Findings, Walker

if TYPE_CHECKING:
    from harness.inspection.streams import Window

#: The modules of joblib that define the stand-ins, scikit-learn's copy of before 0.23 among them.
_MODULES = frozenset(f"{top}joblib.numpy_pickle{end}" for top in ("", "sklearn.externals.") for end in ("", "_compat"))
_WITHIN, _BESIDE, _PACKED_BESIDE = "NumpyArrayWrapper", "NDArrayWrapper", "ZNDArrayWrapper"
_SIMPLE = re.compile(r"([?bBhHiIlLqQefdgFDGcuifmMSaUVO])(\d{0,12})$")
_CHARACTERS = {"U": 4}  # bytes of one
_MOST_SIZE = 1 << 48
_REFERENCES = 1  # the flag of a dtype that holds objects
_DTYPE_STATE = 8  # items of a dtype's state, at least


def walk(window: Window, found: Findings, budget: Budget) -> object:
    """Walk one pickle, joblib's or a plain one, and return what would be unpickled.

    Raises
    ------
    Damaged, TooLarge : what was found until then is in ``found``.
    """
    walker = Walker(window, found, budget)
    walker.read_array = _read
    return walker.walk(TABLE)


def _read(walker: Walker, built: Built) -> object | None:
    """Read the array that a stand-in is for; None, if it is no stand-in."""
    made = built.made_of
    if made is None or made.module not in _MODULES:
        return None
    walker.found.wrappers.add(made.full)
    state = attributes(built.state)
    if made.name == _WITHIN:
        return _within(walker, state)
    if made.name in {_BESIDE, _PACKED_BESIDE}:
        return _beside(walker, state)
    return None


def attributes(state: object) -> dict[str, object]:
    """By name: what a state sets. Of a pair, as objects with slots have it, the first."""
    if isinstance(state, tuple) and len(state) == 2 and isinstance(state[0], Mapping):
        state = state[0]
    if not isinstance(state, Mapping):
        return {}
    return {key: value for key, value in zip(state.items[::2], state.items[1::2], strict=False) if isinstance(key, str)}


def _within(walker: Walker, state: dict[str, object]) -> Array:
    window = walker.window
    shape = _shape(state.get("shape"))
    dtype = state.get("dtype")
    if window.offset < walker.frame_end:
        # joblib ends the frame first; here an unpickler would take the array from elsewhere.
        raise Damaged("an array begins within a frame", window.offset)
    itemsize, has_objects = layout(dtype)
    if has_objects:
        array = Array("object", shape, 0, window.offset)
        array.held = _nested(walker)
        walker.found.arrays.append(array)
        return array
    alignment = state.get("numpy_array_alignment_bytes")
    if alignment is None:
        walker.found.unaligned = walker.found.unaligned or "numpy_array_alignment_bytes" not in state
    else:
        walker.found.aligned = True
        padding = window.take(1)[0]
        if not isinstance(alignment, int) or not 0 <= padding <= alignment <= 16:  # joblib's alignment
            raise Damaged("the padding before an array is not joblib's", window.offset - 1)
        window.skip(padding)
    size = math.prod(shape) * itemsize
    array = Array(
        dtype_name(dtype), shape, size, window.offset, can_map=state.get("allow_mmap") is True and alignment is not None
    )
    window.skip(size)
    walker.found.arrays.append(array)
    walker.budget.objects -= 1
    return array


def _nested(walker: Walker) -> object:
    budget = walker.budget
    budget.depth += 1
    if budget.depth > min(budget.limits.depth, 100):  # each takes some frames of Python's own stack
        raise TooLarge("depth", min(budget.limits.depth, 100))
    inner = Walker(walker.window, walker.found, budget)  # a plain pickle: joblib's stand-ins mean nothing in it
    value = inner.walk(TABLE)
    budget.depth -= 1
    return value


def _beside(walker: Walker, state: dict[str, object]) -> Array:
    name = state.get("filename")
    if not isinstance(name, str):
        raise Damaged("an array in a file beside it has no file name")
    array = Array("", (), 0, walker.window.offset, file=name)
    walker.found.arrays.append(array)
    walker.budget.objects -= 1
    return array


def _shape(value: object) -> tuple[int, ...]:
    shape = value if isinstance(value, tuple) else ()
    numbers = tuple(one for one in map(_number, shape) if one is not None)
    if not isinstance(value, tuple) or len(numbers) != len(shape) or len(shape) > 64:  # NumPy's most
        raise Damaged("the shape of an array is none")
    if math.prod(numbers) > _MOST_SIZE:
        raise Damaged("the shape of an array is larger than any")
    return numbers


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_SIZE else None


def layout(dtype: object) -> tuple[int, bool]:
    """The bytes of one item, and whether items hold objects.

    Raises
    ------
    Damaged : it is no dtype.
    """
    words = _code(dtype)
    found = _SIMPLE.match(words.lstrip("<>|="))
    if found is None:
        raise Damaged("the dtype of an array is not known")
    kind, number = found[1], int(found[2] or {"?": 1, "b": 1, "B": 1, "h": 2, "H": 2, "O": 8}.get(found[1], 8))
    state = dtype.state if isinstance(dtype, Built) else None
    flags = 0
    if isinstance(state, tuple) and len(state) >= _DTYPE_STATE:
        if isinstance(state[5], int) and state[5] > 0:
            number, kind = state[5], "V" if kind != "O" else kind
        flags = state[7] if isinstance(state[7], int) else 0
    if not 0 <= number <= 1 << 31:
        raise Damaged("the items of an array are larger than any")
    return number * _CHARACTERS.get(kind, 1), kind == "O" or bool(flags & _REFERENCES)


def dtype_name(dtype: object) -> str:
    """The name that NumPy gives it: ``float64``; of a structured one the number of its fields."""
    words = _code(dtype).lstrip("<>|=")
    state = dtype.state if isinstance(dtype, Built) else None
    if isinstance(state, tuple) and len(state) >= _DTYPE_STATE and isinstance(state[3], tuple):
        return f"record of {len(state[3])} fields"
    kind, number = words[:1], words[1:]
    name = {"f": "float", "i": "int", "u": "uint", "c": "complex"}.get(kind)
    if name and number.isdigit() and len(number) < 3:
        return f"{name}{8 * int(number)}"
    return {"b1": "bool", "?": "bool", "O8": "object", "O": "object"}.get(words, words or "unknown")


def _code(dtype: object) -> str:
    """What `numpy.dtype` is called with: ``f8``, ``V64``."""
    if isinstance(dtype, Built) and dtype.made_of is not None and dtype.made_of.full == "numpy.dtype":
        args = dtype.args
        dtype = args[0] if isinstance(args, tuple) and args else ""
    return dtype[:40] if isinstance(dtype, str) else ""

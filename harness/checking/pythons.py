"""Which Python an environment gets: the one that goes with its release, or one that is here and goes with it, too."""

from __future__ import annotations

from packaging.version import Version

from harness.machine import interpreters

#: Pythons that every release of a minor has wheels for: the first and the last.
_WHEELS = {
    "0.24": ("3.6", "3.9"),
    "1.0": ("3.7", "3.9"),
    "1.1": ("3.8", "3.10"),
    "1.2": ("3.8", "3.11"),
    "1.3": ("3.8", "3.11"),
    "1.4": ("3.9", "3.12"),
    "1.5": ("3.9", "3.12"),
    "1.6": ("3.9", "3.13"),
    "1.7": ("3.10", "3.13"),
    "1.8": ("3.11", "3.14"),
    "1.9": ("3.11", "3.14"),
}


def there(minor: str, preferred: str) -> str:
    """The Python for a minor release of scikit-learn: another than the preferred one only if that is not here.

    None that would have to be downloaded stands in: then the preferred one may be downloaded as well.
    """
    if interpreters.find(preferred) is not None:
        return preferred
    here = (one for one in _suited(minor, preferred) if interpreters.find(one) is not None)
    return next(here, preferred)


def _suited(minor: str, preferred: str) -> list[str]:
    """Pythons that have wheels of a minor, those nearest to the preferred one first."""
    first, last = (int(one.partition(".")[2]) for one in _WHEELS.get(minor, (preferred, preferred)))
    every = (f"3.{one}" for one in range(first, last + 1))
    return sorted(every, key=lambda one: abs(_number(one) - _number(preferred)))


def _number(python: str) -> int:
    return Version(python).minor

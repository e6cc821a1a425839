"""Where a release of a package tells what it changed. Pure."""

from __future__ import annotations

from packaging.version import InvalidVersion, Version

#: By package; ``{minor}`` is 1.3, ``{release}`` is 1.3.1, and ``{dashed}`` is 1-3-1.
_PAGES = {
    "scikit-learn": "https://scikit-learn.org/stable/whats_new/v{minor}.html#version-{dashed}",
    "numpy": "https://numpy.org/doc/stable/release/{release}-notes.html",
    "scipy": "https://docs.scipy.org/doc/scipy/release/{release}-notes.html",
    "pandas": "https://pandas.pydata.org/docs/whatsnew/v{release}.html",
    "python": "https://docs.python.org/3/whatsnew/{minor}.html",
}
_OTHERS = "https://pypi.org/project/{package}/{release}/"


def notes_of(package: str, version: str) -> str | None:
    """The page with the notes of a release; of a package whose notes nobody listed, that of the index.

    Parameters
    ----------
    package : its normalized name, or ``python``.
    """
    try:
        found = Version(version)
    except InvalidVersion:
        return None
    release = ".".join(map(str, (*found.release, 0, 0)[:3]))
    minor, dashed = f"{found.major}.{found.minor}", release.replace(".", "-")
    if package in _PAGES:
        return _PAGES[package].format(minor=minor, release=release, dashed=dashed)
    return _OTHERS.format(package=package, release=version)

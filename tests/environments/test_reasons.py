"""What a reason may tell: it will be in tables and on terminals."""

from __future__ import annotations

import pytest

from harness.environments import LackingError, NotReadyError, UnreachableError, UnsatisfiableError


@pytest.mark.parametrize("error", [NotReadyError, LackingError, UnreachableError, UnsatisfiableError])
@pytest.mark.parametrize(
    "url",
    [
        "https://user:s3cret@wheels.example/simple/",
        "https://s3cret@wheels.example/simple",
        "https://wheels.example/simple?token=s3cret",
        "https://wheels.example/s3cret/simple/numpy/",
        "HTTPS://user:p@s3cret@wheels.example",
        "https://wheels.example:8443/a#s3cret",
        "https://user:s3cret@pypi.org/simple",
    ],
)
def test_tokens_in_the_url_of_an_index_are_left_out(error, url) -> None:
    told = str(error(f"Failed to fetch: `{url}` (401), see {url}."))
    assert "s3cret" not in told
    assert "/..." in told
    assert ("wheels.example" in told) == ("wheels.example" in url)


def test_what_is_public_is_told_whole() -> None:
    told = "Failed to fetch: `https://pypi.org/simple/numpy/`; `docker pull python:3.12@sha256:00`"
    assert str(NotReadyError(told)) == told

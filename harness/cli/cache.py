"""The verbs of `python -m harness cache`: the outcomes that are kept so that later runs need not work them out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import extras
from harness.cli.arguments import CacheOption, JsonOption
from harness.errors import InputError
from harness.machine import tools

if TYPE_CHECKING:
    from harness.store.outcome_cache import OutcomeCache

app = typer.Typer(no_args_is_help=True, help="Show and reduce what is kept of runs, so that later ones reuse it.")


@app.command()
def info(cache: CacheOption = None, as_json: JsonOption = False) -> None:
    """Show where outcomes are kept for later runs, and how much there is."""
    import datetime as dt

    from harness.analysis import units

    held = _opened(cache).info()
    oldest = (
        None if held.oldest is None else dt.datetime.fromtimestamp(held.oldest, dt.UTC).isoformat(timespec="seconds")
    )
    if as_json:
        told = {"place": held.place, "files": held.files, "environments": held.environments}
        print(json.dumps({**told, "size_bytes": held.size_bytes, "oldest": oldest}, indent=2))
        return
    if oldest is None:
        print(f"{held.place}: nothing is kept here yet")
        return
    print(
        f"{held.place}: {units.size(held.size_bytes)} in {units.counted(held.files, 'file')}, "
        f"outcomes of {units.counted(held.environments, 'environment')}, "
        f"the longest unused since {oldest[:16].replace('T', ' ')} UTC"
    )


@app.command()
def prune(
    to: Annotated[str, typer.Option("--to", metavar="SIZE", help="What may be left, such as 5GB; 0 removes all.")],
    cache: CacheOption = None,
    as_json: JsonOption = False,
) -> None:
    """Remove what was used longest ago, until no more than a size is left."""
    from harness.analysis import units

    files, freed = _opened(cache).prune(size(to))
    if as_json:
        print(json.dumps({"files": files, "freed_bytes": freed}, indent=2))
        return
    print(f"removed {units.counted(files, 'file')}, {units.size(freed)}" if files else "nothing had to be removed")


def opened(cache: str | None) -> OutcomeCache | None:
    """The cache that is meant; None for `none`. Raises InputError."""
    from harness.store.outcome_cache import OutcomeCache

    return None if cache == tools.NO_OUTCOMES else OutcomeCache(cache or str(tools.outcomes()))


def _opened(cache: str | None) -> OutcomeCache:
    extras.need("run")
    found = opened(cache)
    if found is None:
        raise InputError(f"--cache {tools.NO_OUTCOMES}: nothing is kept there; name a folder or a URL")
    return found


def size(text: str) -> int:
    """The bytes of a size such as 5GB. Raises InputError."""
    from pydantic import ByteSize, TypeAdapter, ValidationError

    try:
        return int(TypeAdapter(ByteSize).validate_python(text))
    except ValidationError:
        raise InputError(f"{text} is no size such as 5GB, 500MB or 0") from None

"""How a run's artifacts are loaded, as ``run.json`` keeps it: to load them elsewhere needs no matrix."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from harness.errors import InputError
from harness.terms import Format, Tolerance  # noqa: TC001  # pydantic reads the annotations

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness.terms import Profile


@dataclass(frozen=True, kw_only=True)
class LoadingRules:
    """What of a profile decides how an artifact is loaded, and how its outputs are compared.

    A format with a ``digest`` is a user's file; the text is among the run's objects under that name.
    """

    formats: tuple[Format, ...]
    tolerances: tuple[Tolerance, ...]
    trusted_types: tuple[str, ...]
    seconds: float  # of one step

    def format(self, name: str) -> Format:
        return next(item for item in self.formats if item.name == name)


_RULES = TypeAdapter(LoadingRules)


def as_data(profile: Profile) -> dict[str, Any]:
    """The rules of a profile as JSON-able data. No folder of this machine is in it."""
    rules = LoadingRules(
        formats=profile.formats,
        tolerances=profile.tolerances,
        trusted_types=profile.trusted_types,
        seconds=profile.limits.seconds,
    )
    data = asdict(rules)
    for item in data["formats"]:
        item["file"] = None
    return data


def of_run(run: Mapping[str, Any], path: Path) -> LoadingRules:
    """The rules that a stored run has. Raises InputError where it has none."""
    if run.get("loading") is None:
        raise InputError(f"{path}: a release before this one made it, which kept too little for a kit: run it again")
    try:
        return _RULES.validate_python(run["loading"])
    except ValidationError as error:
        raise InputError(f"{path / 'run.json'}: loading: {error.errors()[0]['msg']}") from error


def questions(item: Format, fit: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a loaded model is asked, and what its producer knows; ``fit`` is what is kept of its fit."""
    # What becomes another object keeps some methods at best. A fit of an older harness has nothing but methods.
    probes = [] if item.partial or item.converts else list(fit.get("probes", []))
    asked = [*fit["methods"], *probes, *fit.get("not_compared", ())] if probes else []
    known = list(dict.fromkeys([*asked, *(name.partition("(")[0] for name in asked)]))  # some of the first rows only
    return {"methods": fit["methods"], "probes": probes, "known": known}

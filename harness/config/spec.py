"""What may stand in matrix.yaml, as pydantic models: they need their annotations at run time, so none is deferred.

What one part says of another (a pattern that must match something) is matrix.py's to check.
"""

from typing import TYPE_CHECKING, Any, Self

from pydantic import Field, create_model, model_validator
from pydantic.fields import FieldInfo

from harness.config.field_types import (
    Count,
    Dtype,
    Fraction,
    Kind,
    Memory,
    Method,
    PackagesDay,
    Project,
    Rounds,
    SchemaVersion,
    Seconds,
    Seed,
    Strategy,
    Word,
)
from harness.environments import keys, kinds
from harness.environments.keys import Day, Included, Keys, Name, Package, Platform, Python, Release
from harness.terms import AsOf, Compare, Pairs

Part = keys.Part


class Axes(Part):
    scikit_learn: tuple[Release, ...] = Field(alias="scikit-learn", min_length=1)
    python: tuple[Python, ...] = Field(min_length=1)
    numpy: tuple[Release, ...] = Field(
        default=(), description="None given: whatever goes with the scikit-learn release."
    )
    platform: tuple[Platform, ...] = Field(default=("native",), min_length=1)


class _Include(Included):
    """An entry without the keys that only some kinds have."""

    kind: Kind = kinds.DEFAULT.name

    @property
    def own(self) -> Keys:
        """The keys of its kind."""
        taken: Keys = kinds.OF[self.kind].keys.taken(self.given())
        return taken

    @model_validator(mode="after")
    def _of_one_piece(self) -> Self:
        kind, given = kinds.OF[self.kind], self.given()
        own = kind.keys.names()
        required = [key for key, name in own.items() if kind.keys.model_fields[name].is_required()]
        for key in (*kind.needs, *required):
            if key not in given:
                raise ValueError(f'the key "{key}" is missing')
        for key in given:
            if key in kind.refuses or not (key in own or key in _Include.names()):
                raise ValueError(f'the key "{key}" is not for an environment of kind {kind.name}')
        if self.scikit_learn is None and self.name is None:
            raise ValueError('the key "scikit-learn" is missing; an environment without it needs a name')
        kind.check(self, self.own)
        return self


def _own_keys() -> dict[str, Any]:
    """The keys of every kind as fields: none of them must be there, as each is for a few kinds only."""
    fields: dict[str, Any] = {}
    for kind in kinds.OF.values():
        for name, info in kind.keys.model_fields.items():
            users = [other.name for other in kinds.OF.values() if name in other.keys.model_fields]
            said = f"Only of kind {' or '.join(users)}. {info.description or ''}".strip()
            optional = {"default": None} if info.is_required() else {}
            merged = FieldInfo.merge_field_infos(info, description=said, **optional)
            fields.setdefault(name, (info.annotation | None if optional else info.annotation, merged))
    return fields


if TYPE_CHECKING:
    Include = _Include
else:
    Include = create_model("Include", __base__=_Include, **_own_keys())


class Exclude(Part):
    scikit_learn: Release | None = Field(default=None, alias="scikit-learn", description='"1.0" matches 1.0.2, too.')
    python: Python | None = None
    numpy: Release | None = None
    platform: Platform | None = None

    @model_validator(mode="after")
    def _not_everything(self) -> Self:
        if not any((self.scikit_learn, self.python, self.numpy, self.platform)):
            raise ValueError("without a key this drops every combination of the axes")
        return self


class Environments(Part):
    as_of: Day = Field(
        default=AsOf.RELEASE, description="The day of the package index that environments are resolved against."
    )
    packages: tuple[Package, ...] = Field(
        default=(),
        description="Further requirements in every environment (PEP 508), or your wheels: files relative to this one.",
    )
    modules: tuple[Word, ...] = Field(
        default=(), description="Your modules or packages in every environment: files or folders relative to this file."
    )
    tools: tuple[Package, ...] = Field(
        default=(), description="Requirements that are installed in the environments where they resolve (PEP 508)."
    )
    days: dict[Project, PackagesDay] = Field(
        default_factory=dict,
        description="Packages that are resolved as of another day, by name.",
    )
    from_source: tuple[Project, ...] = Field(
        default=(),
        description="Packages that are built from source archives, in a sandbox, where no wheel is there; by name.",
    )
    strategy: Strategy = Field(default="newest-compatible", description="How the axes are combined.")
    axes: Axes | None = None
    include: tuple[Include, ...] = Field(default=(), description="Environments one by one, whatever the axes give.")
    exclude: tuple[Exclude, ...] = Field(
        default=(), description="Drops combinations of the axes that match every given key."
    )

    @model_validator(mode="after")
    def _not_nothing(self) -> Self:
        if self.axes is None and not self.include:
            raise ValueError("names no environment; give axes or include")
        return self


class Cases(Part):
    files: tuple[Word, ...] = Field(
        default=(), description="Your Python files with case_NAME(seed), relative to this file."
    )
    data: tuple[Word, ...] = Field(
        default=(), description="What your cases read: files or folders beside their files, relative to this file."
    )
    seed: Seed = 0


class Formats(Part):
    files: tuple[Word, ...] = Field(
        default=(), description="Your Python files, each with a format, relative to this file."
    )


class Limits(Part):
    seconds: Seconds | None = Field(default=None, description="Loading one artifact and calling its methods.")
    memory: Memory | None = Field(default=None, description="Above what a guest holds before it starts.")
    fit_seconds: Seconds | None = Field(default=None, description="Fitting one case and dumping it in one format.")
    build_seconds: Seconds | None = Field(default=None, description="Building one environment.")
    rescue_share: Fraction | None = Field(
        default=None,
        description=(
            "Of an environment's time, what loading `portable` may take: 0.15. What breaks or changes comes first, and "
            "what is left another run does. Not given: all that it needs."
        ),
    )


class Tolerance(Part):
    formats: tuple[Word, ...] = Field(default=(), description="Names or patterns; none given: every format.")
    methods: tuple[Method, ...] = ()
    dtypes: tuple[Dtype, ...] = ()
    rtol: Fraction
    atol: Fraction = Field(description="As a fraction of the largest output.")


class Measure(Part):
    environments: tuple[Word, ...] = Field(
        default=("*",), min_length=1, description="That load; names or patterns, among those of the profile."
    )
    kinds: tuple[Kind, ...] = Field(
        default=kinds.PLAIN, min_length=1, description="Of environments; what is emulated is measured for itself only."
    )
    cases: tuple[Word, ...] = Field(default=("*",), min_length=1, description="Among those of the profile.")
    formats: tuple[Word, ...] = Field(default=("*",), min_length=1, description="Among those of the profile.")
    rounds: Rounds | None = Field(default=None, description="Processes for each kind of sample; 15 if not given.")
    seconds: Seconds | None = Field(default=None, description="Of loading one cell, until the precision is reached.")
    precision: Fraction | None = Field(default=None, description="Of the median of load_seconds; 0.02 if not given.")
    cold_starts: Count | None = Field(default=None, description="Fresh interpreters for each cell; 5 if not given.")
    sharing: Count | None = Field(default=None, description="Processes that hold one artifact at once; 4 if not given.")


class Profile(Part):
    description: str = ""
    environments: tuple[Word, ...] = Field(
        default=("*",), min_length=1, description="Names or patterns such as sk1.5-*."
    )
    kinds: tuple[Kind, ...] = Field(
        default=kinds.PLAIN, min_length=1, description="Of environments; others are left out, whatever their names."
    )
    cases: tuple[Word, ...] = Field(default=("*",), min_length=1, description="Names, patterns, or family:trees.")
    formats: tuple[Word, ...] = Field(default=("*",), min_length=1, description="Names or patterns.")
    limits: Limits = Field(default_factory=Limits, description="Instead of those at the top, one by one.")
    tolerances: tuple[Tolerance, ...] = Field(default=(), description="Tried before those at the top.")
    measure: Measure | None = Field(default=None, description="What is measured; nothing, if it is not given.")
    compare: Compare = Field(
        default=Compare.EVERYTHING,
        description="Of a model: everything, or only its methods on the held-out rows: quicker, and tells less.",
    )
    pairs: Pairs = Field(
        default=Pairs.EVERY,
        description="Who loads from whom: every environment from every other. Or upgrades: those of one minor release "
        "from each other, and the newest patch of each minor from all older ones. Other pairs are not tried.",
    )


class Spec(Part):
    """The environments, cases, formats and profiles of the persistence matrix."""

    schema_: SchemaVersion = Field(alias="schema")
    environments: Environments
    cases: Cases = Field(default_factory=Cases)
    formats: Formats = Field(default_factory=Formats)
    limits: Limits = Field(default_factory=Limits)
    tolerances: tuple[Tolerance, ...] = Field(default=(), description="The first that applies counts.")
    trusted_types: tuple[Word, ...] = Field(
        default=(), description="Types, by name or pattern, that skops may build though it does not trust them."
    )
    profiles: dict[Name, Profile] = Field(min_length=1)

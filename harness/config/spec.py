"""What may stand in matrix.yaml, as pydantic models: they need their annotations at run time, so none is deferred.

What one part says of another (a pattern that must match something) is matrix.py's to check.
"""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from harness.config.field_types import (
    Count,
    Date,
    Day,
    Dtype,
    Fraction,
    Image,
    Kind,
    Memory,
    Method,
    Name,
    Node,
    NpmPackage,
    Package,
    Platform,
    Project,
    Python,
    Release,
    Rounds,
    SchemaVersion,
    Seconds,
    Seed,
    Source,
    Strategy,
    Suite,
    Variable,
    Word,
)
from harness.errors import shown
from harness.machine import platforms
from harness.machine.platforms import SUITES
from harness.terms import AsOf


class Part(BaseModel):
    """A mapping of matrix.yaml: unknown keys are refused, and a key with nothing after it means its default."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        known = {info.alias or name for name, info in cls.model_fields.items()}
        return {key: item for key, item in value.items() if item is not None or key not in known}


class Axes(Part):
    scikit_learn: tuple[Release, ...] = Field(alias="scikit-learn", min_length=1)
    python: tuple[Python, ...] = Field(min_length=1)
    numpy: tuple[Release, ...] = Field(
        default=(), description="None given: whatever goes with the scikit-learn release."
    )
    platform: tuple[Platform, ...] = Field(default=("native",), min_length=1)


#: By kind: the keys of an included environment that must be there, and those that mean nothing.
_NEEDED = {"local": ("python",), "node": ("name", "node", "npm"), "rootfs": (), "docker": ("python",)}
_STRANGE = {
    "local": ("node", "npm", "suite", "source", "image"),
    "node": ("scikit-learn", "python", "numpy", "packages", "suite", "source", "image", "index"),
    "rootfs": ("node", "npm", "image", "index"),
    "docker": ("node", "npm", "suite", "source", "index"),
}
#: Kinds of environments that need no more than a Python: a profile has others only when it says so.
PLAIN_KINDS = ("local", "node")


class Include(Part):
    scikit_learn: Release | None = Field(
        default=None, alias="scikit-learn", description="Without it, an environment that only loads; it needs a name."
    )
    python: Python | None = None
    numpy: Release | None = None
    platform: Platform = "native"
    as_of: Day | None = Field(default=None, description="Instead of environments.as_of.")
    packages: tuple[Package, ...] = Field(default=(), description="Besides environments.packages.")
    name: Name | None = Field(default=None, description="Instead of one such as sk1.5-py3.12-np2.1-amd64.")
    kind: Kind = "local"
    index: Variable | None = Field(
        default=None,
        description="The environment variable with a further index, of wheels that are no releases; as_of: newest.",
    )
    node: Node | None = Field(default=None, description="Of kind node: the version of Node.js.")
    npm: tuple[NpmPackage, ...] = Field(default=(), description="Of kind node: the packages of npm.")
    suite: Suite | None = Field(default=None, description="Of kind rootfs: Debian's; if not given, python says which.")
    source: Source | None = Field(default=None, description="Of kind rootfs: PyPI's wheels or Debian's own packages.")
    image: Image | None = Field(default=None, description="Of kind docker: if not given, python:X.Y-slim.")

    @model_validator(mode="after")
    def _of_one_piece(self) -> Self:
        given = self.model_dump(by_alias=True)
        for key in _NEEDED[self.kind]:
            if not given[key]:
                raise ValueError(f'the key "{key}" is missing')
        for key in _STRANGE[self.kind]:
            if given[key]:
                raise ValueError(f'the key "{key}" is not for an environment of kind {self.kind}')
        if self.scikit_learn is None and self.name is None:
            raise ValueError('the key "scikit-learn" is missing; an environment without it needs a name')
        if self.index is not None and (self.as_of is not AsOf.NEWEST or self.name is None):
            raise ValueError(
                "an environment with an index needs a name and as_of: newest: what is no release has no day"
            )
        if self.kind == "rootfs":
            self._of_one_suite()
        if self.source == "debian" and (self.as_of or self.scikit_learn is None):
            raise ValueError("Debian's own packages have no as_of, and are there for a scikit-learn")
        if self.kind in ("rootfs", "docker") and self.source != "debian":
            self._with_wheels()
        return self

    def _of_one_suite(self) -> None:
        pythons = ", ".join(f"{name} has {python}" for name, python in SUITES.items())
        if self.suite is None and self.python not in SUITES.values():
            raise ValueError(f"a root needs a suite of Debian, or the python of one: {pythons}")
        if self.suite is not None and self.python not in (None, SUITES[self.suite]):
            raise ValueError(f"{self.suite} has no Python {self.python}: {pythons}")

    def _with_wheels(self) -> None:
        if self.platform != "native" and platforms.OF[self.platform].wheels is None:
            hint = "; Debian has its own: source: debian" if self.kind == "rootfs" else ""
            raise ValueError(f"PyPI has no wheels for {shown(self.platform)}{hint}")


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
        default=(), description="Further requirements in every environment (PEP 508)."
    )
    tools: tuple[Package, ...] = Field(
        default=(), description="Requirements that are installed in the environments where they resolve (PEP 508)."
    )
    days: dict[Project, Date] = Field(
        default_factory=dict,
        description="Packages that are resolved as of another day, by name.",
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
    seed: Seed = 0


class Limits(Part):
    seconds: Seconds | None = Field(default=None, description="Loading one artifact and calling its methods.")
    memory: Memory | None = Field(default=None, description="Above what a guest holds before it starts.")
    fit_seconds: Seconds | None = Field(default=None, description="Fitting one case and dumping it in one format.")
    build_seconds: Seconds | None = Field(default=None, description="Building one environment.")


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
        default=PLAIN_KINDS, min_length=1, description="Of environments; what is emulated is measured for itself only."
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
        default=PLAIN_KINDS, min_length=1, description="Of environments; others are left out, whatever their names."
    )
    cases: tuple[Word, ...] = Field(default=("*",), min_length=1, description="Names, patterns, or family:trees.")
    formats: tuple[Word, ...] = Field(default=("*",), min_length=1, description="Names or patterns.")
    limits: Limits = Field(default_factory=Limits, description="Instead of those at the top, one by one.")
    tolerances: tuple[Tolerance, ...] = Field(default=(), description="Tried before those at the top.")
    measure: Measure | None = Field(default=None, description="What is measured; nothing, if it is not given.")


class Spec(Part):
    """The environments, cases, formats and profiles of the persistence matrix."""

    schema_: SchemaVersion = Field(alias="schema")
    environments: Environments
    cases: Cases = Field(default_factory=Cases)
    limits: Limits = Field(default_factory=Limits)
    tolerances: tuple[Tolerance, ...] = Field(default=(), description="The first that applies counts.")
    trusted_types: tuple[Word, ...] = Field(
        default=(), description="Types, by name or pattern, that skops may build though it does not trust them."
    )
    profiles: dict[Name, Profile] = Field(min_length=1)

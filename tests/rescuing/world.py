"""A made-up machine: which environment loads what another saved is a rule, and nothing runs."""

from __future__ import annotations

import types
from collections.abc import Callable
from pathlib import Path

from harness.analysis.rescued import Packed, Proof
from harness.checking.wanted import Wanted
from harness.inspection import Inspection
from harness.rescuing.hops import Crossing, Hops, Saved, digest_of

WRITER, TARGET = (Wanted(scikit_learn=one, python="3.12") for one in ("1.2.2", "1.9.1"))
FORMATS = ("pickle", "pickle-4", "joblib", "portable", "skops", "cloudpickle", "onnx", "onnx-float64")

#: Why an environment cannot load what another saved in a format; None: it can.
Rule = Callable[[str, str, str], str | None]


def proof(difference: float = 0.0) -> Proof:
    parity = "close" if difference else "identical"
    return Proof(
        methods={"predict": {"parity": parity, "max_abs_diff": difference}},
        differing=(),
        lost=(),
        inputs_sha256="0" * 64,
        rows=90,
        made=True,
    )


class World(Hops):
    """Loads by a rule; what is handed over is proved unless ``unproved`` says why not."""

    def __init__(self, folder: Path, rule: Rule, *, unproved: Callable[[bytes], str | None] = lambda _: None) -> None:
        self.folder, self.rule, self.unproved = folder, rule, unproved
        self.found = Inspection(path="model.pkl", size=5, format="pickle")
        ask = types.SimpleNamespace(file=folder / "model.pkl")
        ask.file.write_bytes(b"model")
        self.digest = digest_of(ask.file)
        self.file = types.SimpleNamespace(
            ask=ask, found=self.found, home=WRITER, packages=(), notes=(), matrix=None, entry=lambda _: TARGET
        )
        self.ran: list[tuple[str, ...]] = []

    @property
    def original(self) -> Saved:
        return Saved(home=WRITER, file=self.file.ask.file, format=_format("pickle"))

    @property
    def formats(self) -> frozenset[str]:
        return frozenset(FORMATS)

    def environment(self, name):
        return Packed(name=name, packages={"python": "3.11.7", "scikit-learn": "1.2.2"})

    def learn(self, tables) -> None:
        pass

    def crossings(self, saved, formats, consumers, *, needed=()):
        self.ran.append((saved.home.name, *formats))
        return [self._crossing(saved, name, one) for one in consumers for name in formats]

    def _crossing(self, saved, name, consumer) -> Crossing:
        path = self.folder / f"{saved.home.name}.{consumer.name}.{name}"
        path.write_bytes(f"{name} of {saved.home.name}".encode())
        why = self.rule(saved.home.name, name, consumer.name)
        return Crossing(
            format=name,
            consumer=consumer.name,
            why=why,
            saved=Saved(home=consumer, file=path, format=_format(name)),
        )

    def proof(self, original, handed, format_name, target, *, needed=()):
        return self.unproved(handed.read_bytes()) or proof()


def _format(name: str):
    return types.SimpleNamespace(name=name, readers=(name,), module=f"guest.formats.{name}", options={})

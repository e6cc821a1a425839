"""PMML: what stands before the model itself. No entity, no document type, no file but this one is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.parsers import expat

from harness.inspection.limits import Damaged, Ended, TooLarge
from harness.inspection.pickled import trouble_of
from harness.inspection.result import Evidence, Inspection, Need, Part, PartKind

if TYPE_CHECKING:
    from harness.inspection.limits import Limits
    from harness.inspection.streams import Window

_CHUNK = 1 << 14
_TEXT = 200
_FIELDS = 1_000
_PACKAGES = {"JPMML-SkLearn": "sklearn2pmml", "SkLearn2PMML package": "sklearn2pmml", "Nyoka": "nyoka"}


class _Enough(Exception):  # noqa: N818
    """The model begins: all that is wanted has been read."""


class _Header:
    """What was read until now."""

    def __init__(self, parser: expat.XMLParserType, depth: int) -> None:
        self.version = ""
        self.application: tuple[str, str] = ("", "")
        self.fields: list[str] = []
        self.model = ""
        self.comment = ""
        self._within: list[str] = []
        self._depth = depth
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse

    def _start(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        self._within.append(name)
        if len(self._within) > self._depth:
            raise TooLarge("depth", self._depth)
        if len(self._within) == 1:
            if name != "PMML":
                raise Damaged(f"the outermost element is {name[:60]!r}, not PMML")
            self.version = given.get("version", "")[:_TEXT]
        elif name == "Application":
            self.application = (given.get("name", "")[:_TEXT], given.get("version", "")[:_TEXT])
        elif name == "DataField" and len(self.fields) < _FIELDS:
            self.fields.append(given.get("name", "")[:_TEXT])
        elif len(self._within) == 2 and re.search(r"(Model|Network|Regression|Scorecard)$", name):
            self.model = name[:_TEXT]
            raise _Enough

    def _end(self, _tag: str) -> None:
        self._within.pop()

    def _text(self, text: str) -> None:
        if self._within[-1:] == ["Extension"] and len(self.comment) < _TEXT:
            self.comment += text[:_TEXT]

    def _refuse(self, *_given: object) -> None:
        raise Damaged("it has a document type or entities, which no PMML needs, and which were not read")


def read(window: Window, limits: Limits) -> Inspection:
    parser = expat.ParserCreate()
    header, trouble = _Header(parser, limits.depth), None
    try:
        _parse(parser, window, limits)
    except Ended as error:
        error.offset = window.offset if error.offset is None else error.offset
        trouble = trouble_of(error)
    name, version = header.application
    return Inspection(
        path="",
        size=0,
        format="pmml",
        unpacked=window.offset,
        evidence=(
            Evidence(
                package=_PACKAGES.get(name, name) or "not named",
                version=version or "not told",
                exact=bool(version),
                why=f"Application {name} of the header",
            ),
        ),
        content=Part(
            path="",
            kind=PartKind.OBJECT,
            name=f"PMML.{header.model or 'unknown'}",
            parameters=(
                ("version", header.version),
                *((("extension", header.comment.strip()),) if header.comment else ()),
            ),
            features=len(header.fields) or None,
            feature_names=tuple(header.fields),
        ),
        needs=(Need(module="jpmml_evaluator", package="jpmml-evaluator", names=(f"PMML {header.version}",)),),
        notes=("what follows the beginning of its model was not read",) if header.model else (),
        trouble=trouble,
    )


def _parse(parser: expat.XMLParserType, window: Window, limits: Limits) -> None:
    try:
        while part := window.read(_CHUNK):
            parser.Parse(part, False)
            if window.offset > 8 * limits.text:
                raise TooLarge("text", 8 * limits.text, window.offset)
        parser.Parse(b"", True)
    except _Enough:
        return
    except expat.ExpatError as error:
        raise Damaged(f"it is no sound XML ({expat.ErrorString(error.code)})", parser.ErrorByteIndex) from error
    raise Damaged("it holds no model", window.offset)

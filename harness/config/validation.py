"""A YAML document held against a pydantic model: every value that is wrong, with its line, in this project's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, get_origin

from pydantic import BaseModel, ValidationError

from harness.errors import shown, unknown

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from harness.config.problems import Place, Problem
    from harness.config.yaml_document import Document

Model = TypeVar("Model", bound=BaseModel)

_SHAPES = dict.fromkeys(("model_type", "model_attributes_type", "dict_type"), "must be a mapping") | {
    "tuple_type": "must be a list",
    "too_short": "must not be empty",
}


def validated(model: type[Model], document: Document, problems: list[Problem]) -> Model | None:
    """The document as the model has it; None, and the problems added, when a value is wrong."""
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if detail["type"] == "too_short" and detail["input"]:
                continue  # a list is called empty, too, when its only item is refused
            place: Place = detail["loc"]
            if detail["type"] == "missing" or place[-1:] == ("[key]",):
                place = place[:-1]
            problems.append(document.problem(place, _message(model, detail, place)))
    return None


def _message(model: type[BaseModel], detail: ErrorDetails, place: Place) -> str:
    """Pydantic's findings in the words of this project."""
    kind, value = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        return unknown("key", str(place[-1]), _keys(model, place[:-1]))
    if kind == "missing":
        return f"the key {shown(detail['loc'][-1])} is missing"
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind not in _SHAPES and isinstance(value, str):
        return f"{shown(value)}: {detail['msg'].replace('Input should', 'should').partition(',')[0]}"
    return _SHAPES.get(kind, "must be a single word or number")


def _keys(part: type[BaseModel], place: Place) -> list[str]:
    """The keys that the mapping at a place may have."""
    steps = iter(place)
    for step in steps:
        info = {field.alias or name: field for name, field in part.model_fields.items()}.get(str(step))
        inner = [] if info is None else _parts(info.annotation)
        part = inner[0] if inner else part
        if info is not None and get_origin(info.annotation) is dict:
            next(steps)  # a name of the user's, such as a profile's
    return [field.alias or name for name, field in part.model_fields.items()]


def _parts(annotation: object) -> list[type[BaseModel]]:
    """The models within an annotation such as ``tuple[Include, ...]`` or ``Axes | None``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [part for argument in getattr(annotation, "__args__", ()) for part in _parts(argument)]

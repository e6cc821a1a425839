"""The one door to a terminal: whatever is printed through it, text of models and tables cannot act on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.console import Console

from harness.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType
    from rich.segment import Segment

#: What stands for the signs of ours where an encoding lacks them; the program writes any other character as an escape.
_PLAIN = str.maketrans(
    {"✗": "x", "≠": "!=", "○": "o", "≈": "~", "✓": "ok", "→": "->", "…": "...", "–": "-", "×": "x", "•": "*"}
)


class SafeConsole(Console):
    """A console that shows control characters as escapes. Its own, for colours and bars, are not text.

    Nor does it make pictures of words between colons: `image:a:` is the name of an image.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(emoji=False, **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """See `rich.console.Console.render`, through which everything goes."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=writable(printable(segment.text), self))


def writable(text: str, console: Console) -> str:
    """A text in signs that the encoding of a console has. Say it before a text is wrapped: it may become longer."""
    try:
        text.encode(console.encoding)
    except UnicodeEncodeError:
        return text.translate(_PLAIN)
    except LookupError:  # an encoding that Python does not know
        return text
    return text

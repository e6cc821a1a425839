"""`schema`: the JSON Schema of matrix.yaml."""

from __future__ import annotations

import json


def schema() -> None:
    """The JSON Schema of matrix.yaml, for editors."""
    from harness.config import matrix

    print(json.dumps(matrix.json_schema(), indent=2))

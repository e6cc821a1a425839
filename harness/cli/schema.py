"""`schema`: the JSON Schema of matrix.yaml."""

from __future__ import annotations

import json


def schema() -> None:
    """Print the JSON Schema of matrix.yaml, for your editor."""
    from harness.config import matrix

    print(json.dumps(matrix.json_schema(), indent=2))

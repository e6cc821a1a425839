"""Reads the block of bytes that a page holds, as its scripts do."""

import base64
import gzip
import json
import re

import numpy as np

DTYPES = {"Uint8Array": "<u1", "Uint16Array": "<u2", "Uint32Array": "<u4", "Float64Array": "<f8"}


def unpacked(data):
    raw = gzip.decompress(data)
    size = int.from_bytes(raw[:4], "little")
    assert (4 + size) % 8 == 0  # typed arrays begin where their size says
    header = json.loads(raw[4 : 4 + size])
    columns = {
        name: np.frombuffer(raw, DTYPES[column["type"]], column["length"], 4 + size + column["offset"])
        for name, column in header["columns"].items()
    }
    assert all(column["offset"] % 8 == 0 for column in header["columns"].values())
    return header, columns


def of_page(html):
    """The same of a whole page."""
    return unpacked(base64.b64decode(re.search(r'id="packed">([^<]*)<', html)[1]))

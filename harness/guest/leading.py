"""Rows that are led to one leaf each of a model's trees. Standard library at its top."""

import random

from . import inverting, learnt, leaves


def led_rows(model, columns, most):
    """Rows, at most ``most``, each of which comes to a leaf that none before has come to."""
    steps, last = leaves.unwrapped(model)
    if not steps:
        return _led(last, columns, most)
    rows = _led(last, learnt.candidates(last) or [], most)
    return inverting.brought_back(steps, rows)


def _led(model, columns, most):
    known = leaves.trees(model)
    if not known or any(isinstance(value, str) for values in columns for value in values):
        return []
    draw = random.Random(1)
    numbers = [[value for value in values if value is not None] for values in columns]
    rows, seen = [], [set() for _ in known]
    wanted = [list(tree.ranges().items()) for tree in known]
    for paths in wanted:
        draw.shuffle(paths)
    for turn in range(most * 4):
        if len(rows) >= most or not any(wanted):
            break
        place = turn % len(wanted)
        limits = _next_limits(wanted[place], seen[place])
        if limits is None:
            continue
        row = [draw.choice(values) if values else draw.gauss(0, 1) for values in numbers]
        for column, (low, high) in limits.items():
            row[column] = _between(low, high, row[column])
        rows.append(row)
        for tree, visited in zip(known, seen):
            visited.add(tree.leaf_of(row))
    return rows


def _next_limits(paths, seen):
    while paths:
        leaf, limits = paths.pop()
        if leaf not in seen:
            return limits
    return None


def _between(low, high, value):
    if low < value <= high:
        return value
    if low == float("-inf"):
        return high
    if high == float("inf"):
        return leaves.above(low)
    return high if leaves.above(low) >= high else (low + high) / 2

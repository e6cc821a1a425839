"""Rows brought back through the steps of a pipeline, as far as its steps can be inverted. Standard library at its top."""


class CannotInvertError(ValueError):
    """Some step has no way back."""


def inverted(step, table):
    """The rows that a fitted step makes such rows of, about: a list of rows, whose values may be texts.

    Parameters
    ----------
    table : rows as lists of floats, in terms of what the step gives.

    Raises
    ------
    CannotInvertError
    """
    import numpy as np

    if isinstance(step, str):
        return table  # "passthrough"
    if hasattr(step, "steps"):
        for _, part in reversed(step.steps):
            table = inverted(part, table) if part is not None else table
        return table
    if hasattr(step, "transformers_"):
        return _blocks(step, table)
    if hasattr(step, "statistics_") and len(step.statistics_) == len(table[0]):
        return table  # an imputer changes nothing that is there
    if not hasattr(step, "inverse_transform"):
        raise CannotInvertError("%s has no inverse_transform" % type(step).__name__)
    try:
        rows = step.inverse_transform(np.array(table, dtype=float))
    except Exception as error:
        raise CannotInvertError("%s: %s" % (type(step).__name__, error)) from error
    rows = rows.toarray() if hasattr(rows, "toarray") else np.asarray(rows)
    return rows.tolist()


def _blocks(step, table):
    """Each part of a ColumnTransformer by itself."""
    names, width = [str(name) for name in getattr(step, "feature_names_in_", [])], step.n_features_in_
    rows = [[None] * width for _ in table]
    for name, part, wanted in step.transformers_:
        places, block = places_of(wanted, names, width), step.output_indices_.get(name)
        if isinstance(part, str) and part == "drop" or block is None or not places:
            continue
        own = inverted(part, [row[block] for row in table])
        for row, values in zip(rows, own):
            if len(values) != len(places):
                raise CannotInvertError("%s: its columns are not those that it was given" % name)
            for place, value in zip(places, values):
                row[place] = value
    return rows


def places_of(wanted, names, width):
    """Positions of the columns that a part of a ColumnTransformer takes."""
    if isinstance(wanted, slice):
        return list(range(width))[wanted] if not isinstance(wanted.start, str) else []
    listed = [wanted] if isinstance(wanted, (str, int)) else list(wanted)
    if listed and all(isinstance(one, (bool,)) or type(one).__name__ in ("bool_", "bool") for one in listed):
        return [place for place, taken in enumerate(listed) if taken]
    places = []
    for one in listed:
        if isinstance(one, str):
            if one in names:
                places.append(names.index(one))
        else:
            places.append(int(one))
    return [place for place in places if -width <= place < width]


def brought_back(steps, table):
    try:
        for step in reversed(steps):
            table = inverted(step, table) if table else table
    except (CannotInvertError, AttributeError, TypeError, ValueError, IndexError):  # then it is no use
        return []
    return table

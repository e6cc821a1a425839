"""What a fitted model tells of the values that its columns hold. Standard library at its top."""

from . import boosters, inverting, leaves

VALUES = 200  # candidates of one column
UNKNOWN = "a value that nobody has seen"
_TAKES_UNKNOWN = ("ignore", "use_encoded_value", "infrequent_if_exist", "warn")  # handle_unknown
#: Attributes whose last axis has the model's columns, and whose values are such as its columns hold.
_LIKE_ROWS = (
    "support_vectors_", "_fit_X", "cluster_centers_", "means_", "theta_", "centroids_", "X_train_", "statistics_", "mean_",
    "center_", "data_min_", "data_max_", "subcluster_centers_", "components_", "X_fit_", "location_", "quantiles_",
)  # fmt: skip
#: Attributes with an array of values for each column, and those with values of the only one.
_BY_COLUMN = ("bin_edges_", "grid_", "bsplines_")
_OF_ONE = ("X_thresholds_",)
#: What a model has that takes missing values: imputers, indicators, histogram boosting.
_TAKES_MISSING = ("statistics_", "initial_imputer_", "_mask_fit_X", "_bin_mapper", "error_on_new")


def candidates(model):
    """For each column of the model's rows the values that matter, [] where none is known; None where nothing is known.

    Values are floats, or texts, or whatever a category is; None is a missing one.
    """
    width = _width(model)
    if width is None:
        return None
    found = [[] for _ in range(width)]
    _collect(model, found, 6)
    return [_thinned(values) for values in found]


def _width(model, depth=4):
    width = getattr(model, "n_features_in_", None)
    if width is None:
        width = getattr(front(model), "n_features_in_", None)
    if width is None:  # scikit-learn below 0.24
        for part in (front(model), model):
            for name in _LIKE_ROWS:
                value = getattr(part, name, None)
                if hasattr(value, "shape") and value.shape:
                    return int(value.shape[-1])
            if hasattr(part, "n_features_"):
                return int(part.n_features_)
            if hasattr(part, "coef_") and hasattr(part.coef_, "shape"):
                return int(part.coef_.shape[-1])
            if isinstance(getattr(part, "categories_", None), list):
                return len(part.categories_)
            if any(hasattr(part, name) for name in _OF_ONE):
                return 1
        within = (_width(inner, depth - 1) for inner in leaves.inner_models(model)) if depth else ()
        return next((found for found in within if found is not None), None)
    return int(width)


def is_of_float32(model):
    """Whether what it keeps of its rows has that dtype: then so had the rows."""
    kept = [
        getattr(part, name, None) for part in (front(model), model) for name in ("_fit_X", "X_fit_", "cluster_centers_")
    ]
    return any(str(getattr(value, "dtype", None)) == "float32" for value in kept)


def front(model):
    """The first part of a pipeline, or of what holds one, that does something; else the model."""
    for _ in range(6):
        if hasattr(model, "steps"):
            parts = [part for _, part in model.steps if hasattr(part, "get_params")]
            if not parts:
                return model
            model = parts[0]
        elif hasattr(model, "best_estimator_"):
            model = model.best_estimator_
        else:
            break
    return model


def _collect(model, found, depth):
    """Add what a model tells of its columns."""
    if depth <= 0:
        return
    if hasattr(model, "steps"):
        _collect_pipeline(model, found, depth)
        return
    if hasattr(model, "transformers_"):
        _collect_columns(model, found, depth)
        return
    for place, values in (*leaves.thresholds(model).items(), *boosters.thresholds(model).items()):
        if place < len(found):
            found[place] += values
    categories = getattr(model, "categories_", None)
    if isinstance(categories, list) and len(categories) == len(found):
        for place, known in enumerate(categories):
            found[place] += [plain(value) for value in known]
            if getattr(model, "handle_unknown", "error") in _TAKES_UNKNOWN:
                found[place].append(UNKNOWN if known.dtype.kind in "OUS" else -1.0)
    if any(hasattr(model, name) for name in _TAKES_MISSING):
        for values in found:
            values.append(None)
    for name in _LIKE_ROWS:
        _collect_like_rows(model, name, found)
    for name in _BY_COLUMN:
        _collect_by_column(getattr(model, name, None), found)
    for name in _OF_ONE:
        _collect_by_column([getattr(model, name, None)], found)
    for inner in leaves.inner_models(model):
        _collect(inner, found, depth - 1)


def _collect_by_column(arrays, found):
    """Edges and knots, and values between them. Those of splines are in their ``t``."""
    if arrays is None or len(arrays) != len(found):
        return
    for values, array in zip(found, arrays):
        edges = [float(edge) for edge in list(getattr(array, "t", array if array is not None else ()))][:VALUES]
        values += edges + [(low + high) / 2 for low, high in zip(edges, edges[1:])]


def _collect_like_rows(model, name, found):
    try:
        value = getattr(model, name, None)
    except Exception:  # a property that is none for this model
        return
    if hasattr(value, "toarray"):
        value = value[:VALUES].toarray()
    if not hasattr(value, "shape") or not value.shape or value.shape[-1] != len(found) or value.dtype.kind not in "fiu":
        return
    spread = getattr(model, "scale_", None)
    for row in value.reshape(-1, value.shape[-1])[:VALUES]:
        for place, number in enumerate(row):
            found[place].append(float(number))
            if getattr(spread, "shape", None) == (len(found),):
                found[place] += [float(number + times * spread[place]) for times in (-2, -1, -0.5, 0.5, 1, 2)]


def _collect_pipeline(model, found, depth):
    """The first step's values, and those of the later ones, brought back through the steps before them."""
    steps = [part for _, part in model.steps if hasattr(part, "get_params")]
    if not steps:
        return
    _collect(steps[0], found, depth - 1)
    for count, after in enumerate(steps[1:], start=1):
        width = _width(after)
        if width is None:
            continue
        later = [[] for _ in range(width)]
        _collect(after, later, depth - 1)
        for row in inverting.brought_back(steps[:count], _table_of(later)):
            for values, value in zip(found, row):
                values.append(value)


def _table_of(columns):
    """Rows that have each column's values once, in turn."""
    longest = min(max(map(len, columns)), VALUES)
    table = [[values[i % len(values)] if values else 0.0 for values in columns] for i in range(longest)]
    return [[0.0 if value is None else value for value in row] for row in table]


def _collect_columns(model, found, depth):
    """What the parts of a ColumnTransformer tell of their columns."""
    names = [str(name) for name in getattr(model, "feature_names_in_", [])]
    for _, part, wanted in model.transformers_:
        places = inverting.places_of(wanted, names, len(found))
        if isinstance(part, str) or not places:
            continue
        own = [[] for _ in places]
        _collect(part, own, depth - 1)
        for place, values in zip(places, own):
            found[place] += values


def plain(value):
    """A category as a value of rows."""
    if value is None or value != value:
        return None
    return value.item() if hasattr(value, "item") else value


def _thinned(values):
    """At most `VALUES` of them, each once, spread over all."""
    seen = {}
    for value in values:
        if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
            continue
        seen.setdefault((type(value).__name__, value), value)
    kept = list(seen.values())
    if len(kept) <= VALUES:
        return kept
    return [kept[round(place * (len(kept) - 1) / (VALUES - 1))] for place in range(VALUES)]

"""Trees of LightGBM, XGBoost and CatBoost: where they split, and the leaves that rows come to.

Standard library at its top.
"""

import json

MOST = 20000  # splits that are looked at


def thresholds(model):
    """Values on both sides of each split, by column; {} for another kind of model."""
    found = {}
    try:
        for place, split in _SPLITS.get(_kind(model), _none)(model):
            sides = found.setdefault(int(place), [])
            if len(sides) < MOST:
                sides += [float(split), float(split) + max(abs(float(split)) * 1e-6, 1e-30)]
    except Exception:  # another release of theirs tells it in another way
        return {}
    return found


def reached(model, rows):
    """``(reached, of)`` leaves; None for another kind of model, or where it does not tell."""
    kind = _kind(model)
    if kind is None:
        return None
    import numpy as np

    try:
        leaves = np.asarray(_LEAVES[kind](model, rows))
        leaves = leaves.reshape(len(leaves), -1)
        return int(sum(len(set(column.tolist())) for column in leaves.T)), int(_COUNTS[kind](model, leaves))
    except Exception:  # as above
        return None


def _kind(model):
    top = type(model).__module__.partition(".")[0]
    return top if top in _SPLITS else None


def _none(model):
    return ()


def _of_lightgbm(model):
    todo = [tree["tree_structure"] for tree in model.booster_.dump_model()["tree_info"]]
    while todo:
        node = todo.pop()
        if "split_feature" in node:
            if node.get("decision_type", "<=") == "<=":
                yield node["split_feature"], node["threshold"]
            todo += [node["left_child"], node["right_child"]]


def _of_xgboost(model):
    booster = model.get_booster()
    names = booster.feature_names
    for text in booster.get_dump(dump_format="json"):
        todo = [json.loads(text)]
        while todo:
            node = todo.pop()
            if "split" in node:
                name = str(node["split"])
                yield names.index(name) if names else int(name.lstrip("f")), node["split_condition"]
                todo += node["children"]


def _of_catboost(model):
    for place, borders in model.get_borders().items():
        for border in borders:
            yield place, border


def _count_of_xgboost(model, leaves):
    return sum(text.count('"leaf"') for text in model.get_booster().get_dump(dump_format="json"))


_SPLITS = {"lightgbm": _of_lightgbm, "xgboost": _of_xgboost, "catboost": _of_catboost}
_LEAVES = {
    "lightgbm": lambda model, rows: model.predict(rows, pred_leaf=True),
    "xgboost": lambda model, rows: model.apply(rows),
    "catboost": lambda model, rows: model.calc_leaf_indexes(rows),
}
_COUNTS = {
    "lightgbm": lambda model, leaves: sum(tree["num_leaves"] for tree in model.booster_.dump_model()["tree_info"]),
    "xgboost": _count_of_xgboost,
    "catboost": lambda model, leaves: int(sum(model.get_tree_leaf_counts())),
}

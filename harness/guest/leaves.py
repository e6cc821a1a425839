"""Trees within a user's model: where they split, and the leaves that rows come to.

Standard library at its top.
"""

TREES = 200  # that are looked at, of the first models of trees
_TELLING = 100  # splits, of which some would send missing values elsewhere if any had been seen
PATHS = 4000  # leaves of which a path is known
#: Attributes with further fitted models of the same rows.
_INNER = ("best_estimator_", "estimator_", "regressor_", "classifier_", "estimator", "base_estimator")
_SEVERAL = ("estimators_", "calibrated_classifiers_", "base_estimators_", "transformer_list")


def trees(model, depth=6):
    """The trees of a model whose splits are of its own rows, at most `TREES`."""
    return list(_trees(model, depth))[:TREES]


def _trees(model, depth):
    if depth <= 0 or hasattr(model, "steps") or hasattr(model, "transformers_"):
        return
    for tree in _own(model):
        yield tree
    for place, inner in enumerate(inner_models(model)):
        if place >= TREES:
            return
        columns = getattr(model, "estimators_features_", None)
        for tree in _trees(inner, depth - 1):
            yield tree if columns is None else tree.of_columns(columns[place % len(columns)])


def inner_models(model):
    """Fitted models within one that take the same rows."""
    for name in _INNER:
        one = getattr(model, name, None)
        if hasattr(one, "get_params") and not isinstance(one, type):
            yield one
    for name in _SEVERAL:
        several = getattr(model, name, None)
        several = list(several.ravel()) if hasattr(several, "ravel") else several
        for one in several if isinstance(several, (list, tuple)) else ():
            one = one[-1] if isinstance(one, tuple) and one else one
            if hasattr(one, "get_params") or hasattr(one, "estimator") or hasattr(one, "base_estimator"):
                yield one


def holds(model, is_one, depth=6):
    """Whether ``is_one`` says yes of the last step of a model, or of one within it that takes the same rows."""
    _, last = unwrapped(model)
    return is_one(last) or (depth > 0 and any(holds(one, is_one, depth - 1) for one in inner_models(last)))


class Tree:
    """Splits as lists: ``feature`` (negative at a leaf), ``threshold``, ``left``, ``right``."""

    def __init__(self, feature, threshold, left, right):
        self.feature, self.threshold, self.left, self.right = feature, threshold, left, right

    @classmethod
    def of_tree(cls, tree):
        left = tree.children_left.tolist()
        feature = [place if child >= 0 else -1 for place, child in zip(tree.feature.tolist(), left)]
        return cls(feature, tree.threshold.tolist(), left, tree.children_right.tolist())

    @classmethod
    def of_predictor(cls, predictor):
        nodes = predictor.nodes
        name = "num_threshold" if "num_threshold" in nodes.dtype.names else "threshold"
        feature = [
            -1 if leaf else place for place, leaf in zip(nodes["feature_idx"].tolist(), nodes["is_leaf"].tolist())
        ]
        return cls(feature, nodes[name].tolist(), nodes["left"].tolist(), nodes["right"].tolist())

    def of_columns(self, columns):
        """The same tree in terms of all columns, where it was given some of them."""
        feature = [int(columns[place]) if place >= 0 else -1 for place in self.feature]
        return Tree(feature, self.threshold, self.left, self.right)

    def leaves(self):
        return [node for node, place in enumerate(self.feature) if place < 0]

    def ranges(self):
        """``{leaf: {column: (above, up to)}}``, of at most `PATHS` leaves."""
        found, todo = {}, [(0, {})]
        while todo and len(found) < PATHS:
            node, limits = todo.pop()
            place = self.feature[node]
            if place < 0:
                found[node] = limits
                continue
            low, high = limits.get(place, (float("-inf"), float("inf")))
            split = self.threshold[node]
            if split in (float("inf"), float("-inf")):  # missing values against all others
                todo += [(self.left[node], limits), (self.right[node], limits)]
                continue
            todo.append((self.left[node], _with(limits, place, low, min(high, split))))
            todo.append((self.right[node], _with(limits, place, max(low, split), high)))
        return found

    def leaf_of(self, row):
        node = 0
        while self.feature[node] >= 0:
            value = row[self.feature[node]]
            node = self.left[node] if value <= self.threshold[node] else self.right[node]
        return node


def _with(limits, place, low, high):
    changed = dict(limits)
    changed[place] = (low, high)
    return changed


def thresholds(model):
    """Values on both sides of each split, by column, of a model that has trees itself."""
    found = {}
    for tree in _own(model):
        for place, split in zip(tree.feature, tree.threshold):
            if place >= 0:
                found.setdefault(place, []).extend([split, above(split)])
    return found


def _own(model):
    if hasattr(model, "graph"):
        return model.graph.trees[:TREES]
    if hasattr(getattr(model, "tree_", None), "children_left"):  # neighbours have another kind of tree
        return [Tree.of_tree(model.tree_)]
    if isinstance(getattr(model, "_predictors", None), list):
        return [Tree.of_predictor(one) for stage in model._predictors for one in stage][:TREES]
    return []


def above(split):
    """The next value that a tree of float32 rows sees above a split."""
    return split + max(abs(split) * 2e-7, 1e-30)


def may_know_missing(model):
    """Whether its trees may have been fitted on missing values, as those of scikit-learn 1.3 and newer can.

    A split that saw none sends them where most rows go. One that sends them elsewhere saw some; and few splits tell nothing.
    """
    found = unwrapped(model)[1]
    within = [getattr(one, "tree_", None) for one in (found, *list(inner_models(found))[:TREES])]
    count = 0
    for tree in within:
        if not hasattr(tree, "missing_go_to_left"):
            continue
        left, right, rows = tree.children_left.tolist(), tree.children_right.tolist(), tree.n_node_samples.tolist()
        for node, to_left in enumerate(tree.missing_go_to_left.tolist()):
            if left[node] >= 0:
                count += 1
                if bool(to_left) is not (rows[left[node]] > rows[right[node]]):
                    return True
    return 0 < count < _TELLING


def reached_by(model):
    """Whether there is a tree, behind whatever steps."""
    return bool(trees(unwrapped(model)[1]))


def reached(model, rows):
    """Of the leaves of the model's trees those that the rows come to; [] where there is no tree."""
    steps, last = unwrapped(model)
    known = trees(last)
    if not known:
        return []
    import numpy as np

    try:
        for step in steps:
            rows = step.transform(rows)
        rows = rows.toarray() if hasattr(rows, "toarray") else rows
        table = np.asarray(rows, dtype=np.float32).astype(float).tolist()
    except Exception:  # rows that a tree cannot be walked with, such as categories
        return []
    count = sum(len({tree.leaf_of(row) for row in table}) for tree in known)
    return [{"what": "leaves", "reached": count, "of": sum(len(tree.leaves()) for tree in known)}]


def unwrapped(model):
    """(steps before the last, the last) of a pipeline, searches unwrapped; ([], the model) of another."""
    steps = []
    while hasattr(model, "steps") or hasattr(model, "best_estimator_"):
        if hasattr(model, "best_estimator_"):
            model = model.best_estimator_
            continue
        parts = [part for _, part in model.steps if hasattr(part, "get_params")]
        if not parts:
            break
        steps += parts[:-1]
        if model is parts[-1]:
            break
        model = parts[-1]
    return steps, model

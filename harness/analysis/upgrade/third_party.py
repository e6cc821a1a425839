"""Estimators of other packages, by the beginning of their names. Pure."""

from __future__ import annotations

#: Classes are stored without their modules.
_PREFIXES = {
    "XGB": "xgboost",
    "LGBM": "lightgbm",
    "CatBoost": "catboost",
}


def package_of(class_name: str) -> str | None:
    """The package that a class is of; None if it is scikit-learn's, or not known here."""
    return next((package for prefix, package in _PREFIXES.items() if class_name.startswith(prefix)), None)

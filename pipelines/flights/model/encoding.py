"""Which columns a model sees, and how they become numbers: the same code in training, in scoring and behind the endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

CATEGORIES = ("carrier", "origin", "dest")
SCHEDULE = (
    "weekday",
    "sched_dep_minute",
    "sched_arr_minute",
    "sched_elapsed",
    "distance",
    *CATEGORIES,
    "plane_year",
    "seats",
)
WEATHER = tuple(
    f"weather__{name}" for name in ("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust", "precip", "pressure", "visib")
)
RATES = (
    "carrier_delays__late_6h",
    "carrier_delays__n_6h",
    "route_delays__late_7d",
    "route_delays__n_7d",
    "origin_delays__late_2h",
    "origin_delays__n_2h",
)
VARIANTS = {"champion": SCHEDULE, "challenger": (*SCHEDULE, *WEATHER, *RATES)}

Columns = Mapping[str, Sequence[Any] | np.ndarray]


def fit(columns: Columns, variant: str) -> dict[str, Any]:
    """What to keep beside the model: its columns in order, and the values of each category that training saw."""
    return {
        "variant": variant,
        "columns": list(VARIANTS[variant]),
        "categories": {name: sorted({value for value in columns[name] if value is not None}) for name in CATEGORIES},
    }


def encode(columns: Columns, features: Mapping[str, Any]) -> np.ndarray:
    """The matrix that the model was trained on: nulls and categories that training never saw are NaN."""
    names = features["columns"]
    missing = [name for name in names if name not in columns]
    if missing:
        raise ValueError(f"the input has no column {', '.join(missing)}")
    matrix = np.empty((len(columns[names[0]]), len(names)), dtype=np.float64)
    for index, name in enumerate(names):
        values = columns[name]
        if name in features["categories"]:
            codes = {value: float(code) for code, value in enumerate(features["categories"][name])}
            matrix[:, index] = [codes.get(value, np.nan) for value in values]
        else:
            matrix[:, index] = values  # None becomes NaN
    return matrix


def category_indices(features: Mapping[str, Any]) -> list[int]:
    """Places of the categories among the columns."""
    return [index for index, name in enumerate(features["columns"]) if name in features["categories"]]

"""Shapes that the feature functions take and give."""

from __future__ import annotations

import datetime
from typing import Protocol, TypeAlias, TypedDict


class ArrowStream(Protocol):
    """Anything that speaks the Arrow PyCapsule protocol: pyarrow, pandas, polars, duckdb, ..."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


Duration: TypeAlias = datetime.timedelta | str
"""A ``timedelta``, or text such as ``"20m"``, ``"30d"``, ``"1h30m"``, ``"250ms"``."""


class SetSummary(TypedDict):
    """How many observations of a set ended for which reason; the counts sum to the number of observations."""

    set: str
    counts: dict[str, int]


class AuditExample(TypedDict):
    """A row that was used before it was known; times in microseconds since the epoch, UTC."""

    observation: int
    observed_us: int
    feature_us: int
    known_us: int


class Audit(TypedDict):
    """What an audit found for one set."""

    set: str
    matched: int
    violations: int
    examples: list[AuditExample]

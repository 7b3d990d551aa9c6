"""Point-in-time retrieval: for an observation at t, the newest row that was known at t, never a later one."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypedDict

from podium import _core

if TYPE_CHECKING:
    import pyarrow

__all__ = ["Audit", "FeatureSet", "OfflineFeatures", "SetSummary", "get_offline_features"]


class ArrowStream(Protocol):
    """Anything that speaks the Arrow PyCapsule protocol: pyarrow, pandas, polars, duckdb, ..."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


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


class FeatureSet:
    """A feature set and its rows.

    Args:
        spec: ``FeatureSetSpec.yaml``, or the folder that holds it; the folder's name is the set's name.
        data: The rows, as any Arrow-capable table; ``None``: read from the spec's source, a local path, with pyarrow.
        features: Which features are wanted; ``None``: all of the spec's.
        name: Another name than the folder's.
    """

    def __init__(
        self,
        spec: str | os.PathLike[str],
        data: ArrowStream | None = None,
        features: Sequence[str] | None = None,
        *,
        name: str | None = None,
    ) -> None:
        self.spec = _core.FeatureSetSpec.from_config(os.fspath(spec))
        if name is not None:
            self.spec.name = name
        self.features = list(features) if features is not None else []
        self._data = data

    @property
    def name(self) -> str:
        """Name of the set."""
        return self.spec.name

    def data(self) -> ArrowStream:
        """The rows."""
        if self._data is None:
            self._data = _read(self.spec)
        return self._data

    def __repr__(self) -> str:
        return f"<podium feature set {self.name}: {', '.join(self.features or self.spec.features)}>"


def _read(spec: _core.FeatureSetSpec) -> ArrowStream:
    path = spec.source_path
    if "://" in path:
        raise _core.InvalidArgumentError(
            f"feature set `{spec.name}`: the source `{path}` is not a local path; give the rows with `data=`"
        )
    if spec.source_type == "parquet":
        import pyarrow.parquet

        return pyarrow.parquet.read_table(path)  # type: ignore[no-any-return]
    if spec.source_type == "csv":
        import pyarrow.csv

        return pyarrow.csv.read_csv(path)  # type: ignore[no-any-return]
    raise _core.InvalidArgumentError(
        f"feature set `{spec.name}`: a source of type `{spec.source_type}` is not read yet; give the rows with `data=`"
    )


class OfflineFeatures:
    """The observations with their features, in the observations' order.

    Speaks ``__arrow_c_stream__``, so ``pandas.DataFrame(pyarrow.table(result))``, ``polars.from_arrow(result)`` and friends work.
    """

    def __init__(self, core: _core.Retrieval) -> None:
        self._core = core

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._core.__arrow_c_stream__(requested_schema)

    def to_arrow(self) -> pyarrow.Table:
        """The result as a ``pyarrow.Table``."""
        import pyarrow

        return pyarrow.table(self)

    @property
    def column_names(self) -> list[str]:
        """Names of the result's columns."""
        return self._core.column_names

    def __len__(self) -> int:
        return self._core.rows

    @property
    def summaries(self) -> list[SetSummary]:
        """For each set, how many observations ended for which reason (``matched``, ``too_old``, ...)."""
        return self._core.summaries()

    def reasons(self, index: int) -> list[str]:
        """Why each observation has the value it has, for the set at ``index`` of the request."""
        return self._core.reasons(index)

    def audit(self, max_examples: int = 5) -> list[Audit]:
        """Check the result against the rule, independently of how it was made.

        A row may be used only if its timestamp plus the set's ``source_delay`` is not later than the observation.
        """
        return self._core.audit(max_examples)

    def _repr_html_(self) -> str:
        from podium.display import table_html

        rows = [(s["set"], reason, count) for s in self.summaries for reason, count in s["counts"].items() if count]
        caption = f"{len(self):,} observations, {len(self.column_names)} columns"
        return table_html(("feature set", "reason", "observations"), [(a, b, f"{c:,}") for a, b, c in rows], caption)

    def __repr__(self) -> str:
        return f"<podium offline features: {len(self)} observations, {len(self.column_names)} columns>"


def get_offline_features(
    features: Sequence[FeatureSet],
    observation_data: ArrowStream,
    timestamp_column: str,
    *,
    leak: Mapping[str, float] | None = None,
    with_feature_timestamps: bool = False,
    prefix_with_set: bool = False,
    apply_source_delay: bool = True,
    apply_temporal_join_lookback: bool = True,
    threads: int = 0,
) -> OfflineFeatures:
    """Join feature sets to observations, point in time.

    For an observation at ``t`` the newest row with equal keys and
    ``t - temporal_join_lookback <= timestamp <= t - source_delay`` (both ends inclusive) is used; see the rule page in
    ``docs/reference/point-in-time.md``.

    Args:
        features: The sets.
        observation_data: Any Arrow-capable table with the key columns and the timestamp column.
        timestamp_column: Name of the observations' time, a timestamp column.
        leak: Seconds by set name, added to the observation's time on purpose; for showing what a leak promises.
        with_feature_timestamps: Add ``<set>__timestamp``, the time of the row used.
        prefix_with_set: Name the features ``<set>__<feature>``.
        apply_source_delay: ``False``: a row counts as known at its own timestamp.
        apply_temporal_join_lookback: ``False``: a row never gets too old.
        threads: 0: one per core; never changes the answer.

    Raises:
        InvalidArgumentError: A column is missing, of the wrong type, or there twice; the message names it.
    """
    core = _core.retrieve(
        [(one.spec, one.data(), one.features) for one in features],
        observation_data,
        timestamp_column,
        dict(leak or {}),
        with_feature_timestamps,
        prefix_with_set,
        apply_source_delay,
        apply_temporal_join_lookback,
        threads,
    )
    return OfflineFeatures(core)

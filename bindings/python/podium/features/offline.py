"""Offline retrieval: observations with the features that were known at their time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from podium import _core
from podium.features import spark as _spark
from podium.features import transform
from podium.features.durations import size
from podium.features.spec import Feature, FeatureSet, FeatureSetSpec
from podium.features.table import Table
from podium.features.types import ArrowStream, Audit, SetSummary

if TYPE_CHECKING:
    import pyarrow

    from podium.features.certificate import Certificate
    from podium.features.explain import Explanation, Story
    from podium.features.hazards import Hazard

Wanted: TypeAlias = Feature | FeatureSet | FeatureSetSpec


@dataclass
class Part:
    """One feature set of a request: what is wanted of it, and the rows it is taken from."""

    spec: FeatureSetSpec
    features: list[Feature] = field(default_factory=list)
    rows: ArrowStream | None = None
    materialized: list[tuple[int, int]] | None = None
    columns: dict[str, Any] = field(default_factory=dict)


@dataclass
class Request:
    """A request as it was understood; kept with the result for explanations and checks."""

    parts: list[Part]
    order: list[tuple[int, Feature]]  # the features as asked for, each with its part
    observations: ArrowStream
    timestamp_column: str
    apply_source_delay: bool
    apply_temporal_join_lookback: bool
    warnings: list[str] = field(default_factory=list)


def _understood(features: Sequence[Wanted]) -> tuple[list[Part], list[tuple[int, Feature]]]:
    parts: list[Part] = []
    known: dict[object, int] = {}
    order: list[tuple[int, Feature]] = []

    def part_of(spec: FeatureSetSpec) -> int:
        # A registered set is what store, name and version say; two versions of one set are two sets.
        key: object = (spec.store, spec.name, spec.version) if spec.store else id(spec)
        if key not in known:
            known[key] = len(parts)
            parts.append(Part(spec))
        return known[key]

    for one in features:
        if isinstance(one, Feature):
            asked = [one]
        elif isinstance(one, FeatureSet):
            asked = one.wanted()
        elif isinstance(one, FeatureSetSpec):
            asked = one.get_features()
        else:
            raise TypeError(f"`features` takes features, feature sets and specifications, got {type(one).__name__}")
        for feature in asked:
            part = part_of(feature.feature_set_reference)
            parts[part].features.append(feature)
            order.append((part, feature))
    if not order:
        raise _core.InvalidArgumentError("`features` is empty: ask for at least one feature")
    return parts, order


class OfflineFeatures(Table):
    """The observations with their features, in the observations' order.

    Attributes:
        engine: ``"embedded"`` or ``"spark"``.
        engine_reason: Why that one.

    Speaks ``__arrow_c_stream__``, so ``polars.DataFrame(result)``, ``pyarrow.table(result)`` and duckdb take it as it is.
    """

    def __init__(self, core: _core.Retrieval | pyarrow.Table, request: Request, engine_reason: str = "") -> None:
        self._kept: _core.Retrieval | None = None
        if isinstance(core, _core.Retrieval):
            super().__init__(core, core.rows, core.column_names)
            self._kept = core
        else:
            super().__init__(core, core.num_rows, core.column_names)
        self._request = request
        self.engine = "spark" if self._kept is None else "embedded"
        self.engine_reason = engine_reason

    def _embedded(self) -> _core.Retrieval:
        if self._kept is None:
            raise _core.InvalidArgumentError(
                'reasons are kept by the embedded engine only: retrieve a sample of the observations with `engine="embedded"`'
            )
        return self._kept

    @property
    def request(self) -> Request:
        """The request as it was understood."""
        return self._request

    @property
    def warnings(self) -> list[str]:
        """What is as asked for, yet seldom meant."""
        return [*self._embedded().warnings, *self._request.warnings]

    @property
    def summaries(self) -> list[SetSummary]:
        """For each set, how many observations ended for which reason (``matched``, ``too_old``, ...)."""
        return self._embedded().summaries()

    def reasons(self, index: int) -> list[str]:
        """Why each observation has the value it has, for the set at ``index`` of the request."""
        return self._embedded().reasons(index)

    def feature_timestamps(self, index: int) -> pyarrow.Array:
        """Timestamps of the rows used, for the set at ``index`` of the request; null where none was."""
        import pyarrow

        used = pyarrow.table(self._embedded().timestamps(index))
        return used.column(0).combine_chunks()

    def summary(self) -> dict[str, dict[str, int]]:
        """Per requested feature, how many observations have which reason code; each sums to the number of rows."""
        return self.explain().summary()

    @overload
    def explain(self) -> Explanation: ...
    @overload
    def explain(self, *, row: int) -> Story: ...
    def explain(self, *, row: int | None = None) -> Explanation | Story:
        """Why each value is what it is.

        Args:
            row: Tell the story of this observation, with the nearest rows that were not used; ``None``: the reason codes
                of all of them.
        """
        from podium.features.explain import Explanation

        self._embedded()
        found = Explanation(self)
        return found if row is None else found.story(row)

    def audit(self, max_examples: int = 5) -> list[Audit]:
        """Check the result against the rule, independently of how it was made.

        A row may be used only if its timestamp plus the set's ``source_delay`` is not later than the observation.
        """
        return self._embedded().audit(max_examples)

    def hazards(self) -> list[Hazard]:
        """Where Azure's own retrieval would answer otherwise, or fail, on this very request."""
        from podium.features import hazards

        return hazards.find(self)

    def certificate(self) -> Certificate:
        """Per observation and set which row was used and the next newer one: enough for anybody to check the result."""
        from podium.features import certificate

        self._embedded()
        return certificate.certify(self)

    def _repr_html_(self) -> str:
        from podium.display import table_html

        rows = [(s["set"], reason, count) for s in self.summaries for reason, count in s["counts"].items() if count]
        caption = f"{len(self):,} observations, {len(self.column_names)} columns"
        return table_html(("feature set", "reason", "observations"), [(a, b, f"{c:,}") for a, b, c in rows], caption)

    def __repr__(self) -> str:
        return f"<podium offline features: {len(self)} observations, {len(self.column_names)} columns>"


def get_offline_features(
    features: Sequence[Wanted],
    observation_data: ArrowStream,
    timestamp_column: str,
    *,
    use_materialized_data: bool = True,
    fallback: str | None = None,
    explain: bool = False,
    engine: str = "embedded",
    spark: Any = None,
    leak: Mapping[str, float] | None = None,
    with_feature_timestamps: bool = False,
    prefix_with_set: bool = False,
    apply_source_delay: bool = True,
    apply_temporal_join_lookback: bool = True,
    as_known_at: bool = False,
    tie_break: str = "last_row",
    naive_timezone: str = "UTC",
    threads: int = 0,
    memory_limit: int | str | None = None,
) -> OfflineFeatures:
    """Join features to observations, point in time.

    For an observation at ``t`` the newest row with equal keys and
    ``t - temporal_join_lookback <= timestamp <= t - source_delay`` (both ends inclusive) is used; see the rule page in
    ``docs/reference/point-in-time.md``.  Rows come back in the observations' order, every one of them once; columns are the
    observations', then the features in the order asked for.

    Args:
        features: Features (``spec.get_feature("x")``), whole feature sets, or specifications.
        observation_data: Any Arrow-capable table with the key columns and the timestamp column.
        timestamp_column: Name of the observations' time, a timestamp column.
        use_materialized_data: Read sets that have an offline store from there; ``False``: from their sources.
        fallback: ``"source"``: what a store has not materialised is computed from the source; ``None``: it is missing, with the
            reason ``coverage_gap``.
        engine: ``"embedded"``: in this process; ``"spark"``: on Spark, the same table; ``"auto"``: Spark if the request does not
            fit the memory or needs a PySpark transformation.  The result's ``engine_reason`` says why.
        spark: A ``SparkSession``; ``None``: the active one, or a new one.
        explain: Keep what :meth:`OfflineFeatures.explain` needs to tell about rows that were not used.
        leak: Seconds by set name, added to the observation's time on purpose; for showing what a leak promises.
        with_feature_timestamps: Add ``<set>__timestamp``, the time of the row used.
        prefix_with_set: Name the features ``<set>__<feature>``.
        apply_source_delay: ``False``: a row counts as known at its own timestamp.
        apply_temporal_join_lookback: ``False``: a row never gets too old.
        as_known_at: Only rows whose ``create_timestamp`` is not after the observation: what the store held then.
        tie_break: Which of several rows of equal keys, timestamp and ``create_timestamp``: ``"last_row"``, ``"first_row"``, or
            ``"error"`` if an observation would get one of them.
        naive_timezone: IANA zone of times without one.
        threads: 0: one per core; never changes the answer.
        memory_limit: What ``engine="auto"`` takes for too much; ``None``: six tenths of the machine's memory.

    Raises:
        InvalidArgumentError: A column is missing, of the wrong type, or there twice; the message names it.
        UnavailableError: ``engine="spark"`` without PySpark.
    """
    if engine not in ("embedded", "spark", "auto"):
        raise _core.InvalidArgumentError(f'`{engine}` is no engine: use "embedded", "spark" or "auto"')
    if fallback not in (None, "source"):
        raise _core.InvalidArgumentError(f'`{fallback}` is no fallback: use "source", or nothing')
    parts, order = _understood(features)
    request = Request(parts, order, observation_data, timestamp_column, apply_source_delay, apply_temporal_join_lookback)
    reason = "asked for"
    if engine == "auto":
        engine, reason = _spark.choose(request, size(memory_limit))
    if engine == "spark":
        for name, asked in (
            ("as_known_at", as_known_at),
            ("explain", explain),
            ("leak", leak),
            ("with_feature_timestamps", with_feature_timestamps),
        ):
            if asked:
                raise _core.InvalidArgumentError(f'`{name}` is not there with engine="spark": use engine="embedded"')
        if tie_break != "last_row" or naive_timezone != "UTC":
            raise _core.InvalidArgumentError(
                '`tie_break` and `naive_timezone` are not there with engine="spark": use engine="embedded"'
            )
        return OfflineFeatures(_spark.retrieve(request, spark=spark, prefix_with_set=prefix_with_set), request, reason)
    transform.load_rows(request, use_materialized_data=use_materialized_data, fallback=fallback == "source")
    core = _core.retrieve(
        [
            (part.spec._core, part.rows, [one.name for one in part.features], part.materialized)
            for part in parts
            if part.rows is not None
        ],
        observation_data,
        timestamp_column,
        asked=[(part, feature.name) for part, feature in order],
        leak=dict(leak or {}),
        with_feature_timestamps=with_feature_timestamps,
        prefix_with_set=prefix_with_set,
        apply_source_delay=apply_source_delay,
        apply_temporal_join_lookback=apply_temporal_join_lookback,
        as_known_at=as_known_at,
        tie_break=tie_break,
        naive_timezone=naive_timezone,
        explain=explain,
        threads=threads,
    )
    return OfflineFeatures(core, request, reason)

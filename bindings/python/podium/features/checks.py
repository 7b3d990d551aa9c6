"""Checks around retrieval: does a transformation look ahead, how old are values, do offline and online agree."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from podium import _core
from podium.features import times, transform
from podium.features.durations import nanoseconds
from podium.features.spec import FeatureSetSpec
from podium.features.types import ArrowStream, Duration

if TYPE_CHECKING:
    import pyarrow

    from podium.features.offline import OfflineFeatures

_DEFAULT_AFTER: tuple[str, ...] = ("1us", "1s", "1m", "1h", "1d", "7d", "30d", "365d")


@dataclass(frozen=True)
class Leak:
    """A feature whose past values change when later rows are added.

    Attributes:
        feature: The feature.
        rows: Feature rows that changed, over all cut-offs.
        cut_off: The first cut-off at which it happened.
        example: Key, time, and the value without and with the later rows, of one changed row.
    """

    feature: str
    rows: int
    cut_off: datetime.datetime
    example: str


@dataclass(frozen=True)
class PoisonReport:
    """What the poison test found; true if no feature looks ahead.

    Attributes:
        cut_offs: The cut-offs that were tried.
        compared: Feature rows that were compared.
        leaks: The features that changed.
        vanished: Feature rows at or before a cut-off that were there only without, or only with, the later rows.
    """

    cut_offs: tuple[datetime.datetime, ...]
    compared: int
    leaks: tuple[Leak, ...]
    vanished: int

    def __bool__(self) -> bool:
        return not self.leaks and self.vanished == 0

    def _repr_html_(self) -> str:
        from podium.display import table_html

        rows = [(one.feature, f"{one.rows:,}", str(one.cut_off), one.example) for one in self.leaks]
        caption = f"{self.compared:,} feature rows, {len(self.cut_offs)} cut-offs: " + ("no leak" if self else "leaks")
        return table_html(("feature", "changed rows", "first cut-off", "example"), rows, caption)


def poison_test(
    spec: FeatureSetSpec,
    *,
    rows: ArrowStream | None = None,
    cut_offs: int | Sequence[datetime.datetime] = 4,
    after: Sequence[Duration] = _DEFAULT_AFTER,
) -> PoisonReport:
    """Does a feature set's transformation use rows that are later than the feature row it makes?

    For each cut-off the transformation runs twice: on the source rows up to it, and on those and poison after it: rows of
    the same keys with values far off.  A feature value at or before the cut-off that differs has looked ahead.

    Args:
        spec: The feature set, with a transformation.
        rows: Source rows; ``None``: the specification's source.
        cut_offs: The cut-offs, or how many to spread over the source's times.
        after: How far after the cut-off poison is put.

    Raises:
        InvalidArgumentError: The set has no transformation, or the source has no rows.
    """
    function = transform.transformation_of(spec)
    if function is None:
        raise _core.InvalidArgumentError(f"feature set `{spec.name}` has no transformation: there is nothing to poison")
    source = times.as_table(spec.source() if rows is None else rows)
    at = times.instants_of(source, spec)
    moments = sorted({moment for moment in at.to_pylist() if moment is not None})
    if not moments:
        raise _core.InvalidArgumentError(f"feature set `{spec.name}`: the source has no rows with a time")
    chosen = _chosen(cut_offs, moments)
    found: dict[str, Leak] = {}
    compared = vanished = 0
    for cut in chosen:
        past = _until(source, at, cut)
        if past.num_rows == 0:
            continue
        poisoned = _poisoned(past, spec, cut, [nanoseconds(one, "after") // 1000 for one in after])
        clean = _features_until(transform.apply(function, past, spec.name), spec, cut)
        dirty = _features_until(transform.apply(function, poisoned, spec.name), spec, cut)
        compared += len(clean)
        vanished += sum(1 for key in clean.keys() ^ dirty.keys())
        for key in clean.keys() & dirty.keys():
            for feature, before, now in zip(spec.features, clean[key], dirty[key], strict=True):
                if _alike(before, now):
                    continue
                named = ", ".join(map(repr, key[:-2]))
                example = f"({named}) at {times.text(key[-2])}: {before!r} without later rows, {now!r} with them"
                old = found.get(feature.name)
                found[feature.name] = Leak(
                    feature.name,
                    (old.rows if old else 0) + 1,
                    old.cut_off if old else times.EPOCH + datetime.timedelta(microseconds=cut),
                    old.example if old else example,
                )
    asked = tuple(times.EPOCH + datetime.timedelta(microseconds=cut) for cut in chosen)
    return PoisonReport(asked, compared, tuple(found[one.name] for one in spec.features if one.name in found), vanished)


def _chosen(cut_offs: int | Sequence[datetime.datetime], moments: list[int]) -> list[int]:
    if not isinstance(cut_offs, int):
        return [times.micros(one) for one in cut_offs]
    if cut_offs < 1:
        raise _core.InvalidArgumentError("`cut_offs` must be at least 1")
    return sorted({moments[len(moments) * (number + 1) // (cut_offs + 1)] for number in range(cut_offs)})


def _until(table: pyarrow.Table, at: pyarrow.ChunkedArray, cut: int) -> pyarrow.Table:
    import pyarrow.compute as pc

    return table.filter(pc.fill_null(pc.less_equal(at, cut), False))


def _far_off(kind: pyarrow.DataType, index: int) -> Any:
    """A value that no honest source row has."""
    import pyarrow

    if pyarrow.types.is_floating(kind):
        return 1e12 * (index + 1)
    if pyarrow.types.is_integer(kind):
        return 100 + index if kind.bit_width == 8 else 10_000 + index if kind.bit_width == 16 else 1_000_000_000 + index
    if pyarrow.types.is_boolean(kind):
        return index % 2 == 0
    if pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind):
        return f"poison {index}"
    return None


def _poisoned(past: pyarrow.Table, spec: FeatureSetSpec, cut: int, after: list[int]) -> pyarrow.Table:
    """The rows, and for each key one far-off row at every distance after the cut-off."""
    import pyarrow

    keys = [one.name for one in spec.index_columns]
    distinct = past.select(keys).group_by(keys).aggregate([])
    columns: dict[str, list[Any]] = {name: [] for name in past.column_names}
    for number, distance in enumerate(after):
        for name in past.column_names:
            field_type = past.schema.field(name).type
            if name in keys:
                columns[name] += distinct[name].to_pylist()
            elif name == spec.timestamp_column:
                columns[name] += [_moment(cut + distance, field_type)] * distinct.num_rows
            else:
                columns[name] += [_far_off(field_type, number)] * distinct.num_rows
    made = pyarrow.table({name: _like(values, past.schema.field(name).type) for name, values in columns.items()})
    return pyarrow.concat_tables([past.replace_schema_metadata(None).cast(made.schema), made])


def _moment(us: int, kind: pyarrow.DataType) -> Any:
    import pyarrow

    moment = times.EPOCH + datetime.timedelta(microseconds=us)
    if pyarrow.types.is_timestamp(kind):
        return moment if kind.tz else moment.replace(tzinfo=None)
    return (moment + datetime.timedelta(days=1)).date() if pyarrow.types.is_date(kind) else moment.isoformat()


def _like(values: list[Any], kind: pyarrow.DataType) -> pyarrow.Array:
    import pyarrow

    if pyarrow.types.is_dictionary(kind):
        return pyarrow.array(values, kind.value_type).dictionary_encode().cast(kind)
    if pyarrow.types.is_timestamp(kind) and kind.unit in ("s", "ms"):
        return pyarrow.array(values, pyarrow.timestamp("us", kind.tz)).cast(kind, safe=False)
    return pyarrow.array(values, kind)


def _features_until(made: pyarrow.Table, spec: FeatureSetSpec, cut: int) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    """Feature rows at or before the cut-off, by key, time and number among equal ones."""
    at = times.instants_of(made, spec).to_pylist()
    keys = zip(*(made[one.name].to_pylist() for one in spec.index_columns), strict=True)
    values = zip(*(made[one.name].to_pylist() for one in spec.features), strict=True)
    seen: dict[tuple[Any, ...], int] = {}
    out: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    for key, moment, row in zip(keys, at, values, strict=True):
        if moment is None or moment > cut:
            continue
        count = seen[(*key, moment)] = seen.get((*key, moment), -1) + 1
        out[(*key, moment, count)] = row
    return out


def _alike(one: Any, other: Any) -> bool:
    """Equal but for the last digits: sums of floats may be taken in another order."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (one != one and other != other) or abs(one - other) <= 1e-9 * max(abs(one), abs(other))
    return bool(one == other)


@dataclass(frozen=True)
class Freshness:
    """How old the values of one set were when they were used; ages in seconds.

    Attributes:
        feature_set: The set.
        matched: Observations that got a row.
        median: Half of them got a younger one.
        p90: Nine of ten got a younger one.
        p99: Ninety-nine of a hundred got a younger one.
        oldest: The oldest that was used.
        lookback: Age at which rows are too old; ``None``: never.
    """

    feature_set: str
    matched: int
    median: float | None
    p90: float | None
    p99: float | None
    oldest: float | None
    lookback: float | None


def freshness(result: OfflineFeatures) -> list[Freshness]:
    """How old the rows were that a result used, set by set."""
    import pyarrow
    import pyarrow.compute as pc

    request = result.request
    observed = times.instants(times.as_table(request.observations)[request.timestamp_column], request.timestamp_column)
    out = []
    for number, part in enumerate(request.parts):
        used = pc.cast(result.feature_timestamps(number), pyarrow.int64())
        ages = sorted(pc.drop_null(pc.subtract(observed.combine_chunks(), used)).to_pylist())

        def quantile(share: float, ages: list[int] = ages) -> float | None:
            return ages[min(len(ages) - 1, int(share * len(ages)))] / 1e6 if ages else None

        lookback = part.spec.temporal_join_lookback
        out.append(
            Freshness(
                part.spec.name,
                len(ages),
                quantile(0.5),
                quantile(0.9),
                quantile(0.99),
                ages[-1] / 1e6 if ages else None,
                None if lookback is None else lookback.total_seconds(),
            )
        )
    return out


@dataclass(frozen=True)
class Skew:
    """How one feature differs between two retrievals of the same rows.

    Attributes:
        feature: The feature.
        rows: Rows compared.
        equal: Rows with the same value, or with none on both sides.
        different: Rows with another value.
        missing: Rows with a value in the first only.
        extra: Rows with a value in the second only.
        smape: Symmetric mean absolute percentage error of numbers over rows with both values, 0 to 2; ``None``: no numbers.
        example: Row number and both values of one difference; empty: none.
    """

    feature: str
    rows: int
    equal: int
    different: int
    missing: int
    extra: int
    smape: float | None
    example: str = field(default="")


def compare(offline: ArrowStream, online: ArrowStream, features: Sequence[str], *, tolerance: float = 0.0) -> list[Skew]:
    """Do two retrievals of the same rows agree, feature by feature?

    Args:
        offline: The first, for example what training saw.
        online: The second, for example what serving answered, row by row in the same order.
        features: Columns to compare.
        tolerance: Numbers count as equal up to this relative difference.

    Raises:
        InvalidArgumentError: The tables have different lengths, or a column is missing.
    """
    first, second = times.as_table(offline), times.as_table(online)
    if first.num_rows != second.num_rows:
        raise _core.InvalidArgumentError(f"{first.num_rows} rows cannot be compared with {second.num_rows}")
    out = []
    for name in features:
        for which, table in (("first", first), ("second", second)):
            if name not in table.column_names:
                raise _core.InvalidArgumentError(
                    f"the {which} table has no column `{name}`; it has {', '.join(table.column_names)}"
                )
        out.append(_skew(name, first[name].to_pylist(), second[name].to_pylist(), _close(tolerance)))
    return out


def _close(tolerance: float) -> Callable[[Any, Any], bool]:
    def close(one: Any, other: Any) -> bool:
        if isinstance(one, int | float) and isinstance(other, int | float) and not isinstance(one, bool):
            if one != one or other != other:
                return one != one and other != other
            return one == other or abs(one - other) <= tolerance * max(abs(one), abs(other))
        return bool(one == other)

    return close


def _skew(name: str, first: list[Any], second: list[Any], close: Callable[[Any, Any], bool]) -> Skew:
    equal = different = missing = extra = 0
    errors: list[float] = []
    example = ""
    for row, (one, other) in enumerate(zip(first, second, strict=True)):
        if one is None and other is None:
            equal += 1
            continue
        if one is not None and other is not None:
            if isinstance(one, int | float) and isinstance(other, int | float) and not isinstance(one, bool):
                size = abs(one) + abs(other)
                errors.append(2 * abs(one - other) / size if size else 0.0)
            if close(one, other):
                equal += 1
                continue
            different += 1
        elif other is None:
            missing += 1
        else:
            extra += 1
        example = example or f"row {row}: {one!r}, {other!r}"
    honest = [error for error in errors if error == error]
    return Skew(name, len(first), equal, different, missing, extra, sum(honest) / len(honest) if honest else None, example)

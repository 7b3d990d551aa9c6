"""The same retrieval on Spark, for what does not fit one machine.

The plan is a union and a last value: observations and feature rows go into one stream, ordered by key and by the time from
which a row is known, and every observation takes the last feature row before it.  One sort, and no row is multiplied.
Microseconds are whole numbers throughout, so that no session time zone matters.
"""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podium import _core
from podium.features import times, transform

if TYPE_CHECKING:
    import pyarrow

    from podium.features.offline import Part, Request
    from podium.features.spec import FeatureSetSpec

_MICRO = datetime.timedelta(microseconds=1)
_ROW, _AT, _KNOWN, _SIDE, _FEATURES, _WRITTEN, _PLACE = (
    "__podium_row",
    "__podium_at",
    "__podium_known",
    "__podium_side",
    "__podium_features",
    "__podium_written",
    "__podium_place",
)


def session(given: Any = None) -> Any:
    """A session that reads and shows times in UTC, beside the one given or the active one.

    Raises:
        UnavailableError: PySpark, or the Java that it needs, is not there.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise _core.UnavailableError("PySpark is not installed: `pip install pyspark` (and a Java 17)") from error
    try:
        base = given or SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()
    except Exception as error:
        raise _core.UnavailableError(f"Spark does not start: {error}") from error
    own = base.newSession()
    own.conf.set("spark.sql.session.timeZone", "UTC")
    own.conf.set("spark.sql.execution.arrow.pyspark.enabled", "true")
    return own


def _frame(spark: Any, table: pyarrow.Table) -> Any:
    """A local table as a Spark frame; types that Spark has not are widened first."""
    import pyarrow

    fields = []
    for field in table.schema:
        kind = field.type
        if pyarrow.types.is_dictionary(kind):
            kind = kind.value_type
        if pyarrow.types.is_large_string(kind) or pyarrow.types.is_string_view(kind):
            kind = pyarrow.string()
        elif pyarrow.types.is_large_binary(kind) or pyarrow.types.is_binary_view(kind):
            kind = pyarrow.binary()
        elif pyarrow.types.is_unsigned_integer(kind):
            kind = pyarrow.int64()
        elif pyarrow.types.is_timestamp(kind) and kind.unit != "us":
            kind = pyarrow.timestamp("us", kind.tz)
        fields.append(pyarrow.field(field.name, kind))
    return spark.createDataFrame(table.cast(pyarrow.schema(fields), safe=False))


def _micros(column: str, kind: Any, layout: str) -> Any:
    """Microseconds since 1970 of a Spark column of any time type."""
    from pyspark.sql import functions as f
    from pyspark.sql import types as t

    quoted = f.col(f"`{column}`")
    if isinstance(kind, t.StringType):
        quoted = f.to_timestamp(quoted, layout) if layout else f.to_timestamp(quoted)
    return f.unix_micros(quoted.cast("timestamp"))


def _source(spark: Any, part: Part, start_us: int | None, end_us: int | None) -> Any:
    """The feature rows of a part as a Spark frame; files are read by Spark itself."""
    spec = part.spec
    by_spark = spec.source_type == "parquet" and not spec.has_own_rows
    frame = spark.read.parquet(spec.source_path) if by_spark else _frame(spark, times.as_table(spec.source()))
    function = _spark_transformation(spec)
    if function is None:
        if transform.transformation_of(spec) is None and not spec.windows:
            return frame
        return _frame(spark, transform.compute_between(spec, start_us, end_us))
    from pyspark.sql import functions as f

    at = _micros(spec.timestamp_column, frame.schema[spec.timestamp_column].dataType, spec.timestamp_format)
    reach = spec.source_lookback // _MICRO
    if start_us is not None:
        frame = frame.where(at >= start_us - reach)
    if end_us is not None:
        frame = frame.where(at < end_us)
    made = function(frame)
    at = _micros(spec.timestamp_column, made.schema[spec.timestamp_column].dataType, spec.timestamp_format)
    kept = made.where(f.lit(True) if start_us is None else at >= start_us)
    return kept if end_us is None else kept.where(at < end_us)


def is_spark_transformer(spec: FeatureSetSpec) -> bool:
    """Is the set's transformation written for PySpark?"""
    if spec.transformer is not None:
        return transform._is_spark(spec.transformer)
    code = spec.transformation_code
    if code is None:
        return False
    module = Path(code[0]) / (code[1].rpartition(".")[0].replace(".", "/") + ".py")
    return module.is_file() and "pyspark" in module.read_text(errors="replace")


def _spark_transformation(spec: FeatureSetSpec) -> Any:
    if not is_spark_transformer(spec):
        return None
    if spec.transformer is not None:
        made = spec.transformer() if isinstance(spec.transformer, type) else spec.transformer
    else:
        code = spec.transformation_code
        assert code is not None
        made = transform.load(Path(code[0]), code[1], spec.name, spark=True)
    return getattr(made, "transform", None) or getattr(made, "_transform", None) or made


def _join(spark: Any, part: Part, request: Request, observations: Any, bounds: tuple[int | None, int | None]) -> Any:
    """For one set: row number, and the struct of its features, for every observation that a row was used for."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    spec = part.spec
    start, end = transform.window_of(spec, *bounds)
    rows = _source(spark, part, start, end)
    keys = [one.name for one in spec.index_columns]
    names = list(dict.fromkeys(one.name for one in part.features))
    missing = [name for name in (*keys, spec.timestamp_column, *names) if name not in rows.columns]
    if missing:
        raise _core.InvalidArgumentError(
            f"feature set `{spec.name}`: there is no column {', '.join(f'`{name}`' for name in missing)}; "
            f"there are {', '.join(rows.columns)}"
        )
    lookback = spec.temporal_join_lookback if request.apply_temporal_join_lookback else None
    zero = lookback == datetime.timedelta(0)
    delay = spec.source_delay // _MICRO if request.apply_source_delay and not zero else 0
    at = _micros(spec.timestamp_column, rows.schema[spec.timestamp_column].dataType, spec.timestamp_format)
    written = f.lit(None).cast("long")
    if "create_timestamp" in rows.columns:
        written = _micros("create_timestamp", rows.schema["create_timestamp"].dataType, "")
    features = f.struct(at.alias(_AT), *(f.col(f"`{name}`").alias(f"f{number}") for number, name in enumerate(names)))
    right = rows.select(
        *(f.col(f"`{name}`").alias(f"k{number}") for number, name in enumerate(keys)),
        (at + delay).alias(_KNOWN),
        f.lit(0).alias(_SIDE),
        written.alias(_WRITTEN),
        f.monotonically_increasing_id().alias(_PLACE),
        features.alias(_FEATURES),
        f.lit(None).cast("long").alias(_ROW),
    )
    left = observations.select(
        *(f.col(f"`{name}`").alias(f"k{number}") for number, name in enumerate(keys)),
        f.col(_AT).alias(_KNOWN),
        f.lit(1).alias(_SIDE),
        f.lit(None).cast("long").alias(_WRITTEN),
        f.lit(None).cast("long").alias(_PLACE),
        f.lit(None).cast(right.schema[_FEATURES].dataType).alias(_FEATURES),
        f.col(_ROW),
    )
    both = left.unionByName(right)
    for number in range(len(keys)):
        both = both.where(f.col(f"k{number}").isNotNull())
    both = both.where(f.col(_KNOWN).isNotNull())
    # A row that becomes known at the very time of an observation comes before it.
    order = Window.partitionBy(*(f"k{number}" for number in range(len(keys)))).orderBy(
        _KNOWN, _SIDE, f.col(_WRITTEN).asc_nulls_first(), _PLACE
    )
    last = f.last(_FEATURES, ignorenulls=True).over(order.rowsBetween(Window.unboundedPreceding, Window.currentRow))
    used = both.withColumn(_FEATURES, last).where((f.col(_SIDE) == 1) & f.col(_FEATURES).isNotNull())
    if lookback is not None:
        age = f.col(_KNOWN) - f.col(f"{_FEATURES}.{_AT}")
        used = used.where(age <= lookback // _MICRO)
    return used.select(_ROW, *(f.col(f"{_FEATURES}.f{number}").alias(f"f{number}") for number in range(len(names))))


def _check_keys(part: Part, observations: pyarrow.Table) -> None:
    """Spark casts keys of different types; here that is an error, as in the embedded engine."""
    import pyarrow

    kinds = {"string": pyarrow.types.is_string, "integer": pyarrow.types.is_integer, "long": pyarrow.types.is_integer}
    for key in part.spec.index_columns:
        if key.name not in observations.column_names:
            raise _core.InvalidArgumentError(
                f"feature set `{part.spec.name}`: the observations have no column `{key.name}`; "
                f"they have {', '.join(observations.column_names)}"
            )
        kind = observations.schema.field(key.name).type
        if pyarrow.types.is_dictionary(kind):
            kind = kind.value_type
        if pyarrow.types.is_large_string(kind) or pyarrow.types.is_string_view(kind):
            kind = pyarrow.string()
        if key.type in kinds and not kinds[key.type](kind):
            raise _core.InvalidArgumentError(
                f"feature set `{part.spec.name}`: key `{key.name}` is declared {key.type}, the observations hold {kind}"
            )


def retrieve(request: Request, *, spark: Any = None, prefix_with_set: bool = False) -> pyarrow.Table:
    """Join a request on Spark; rows in the observations' order."""
    import pyarrow
    import pyarrow.compute as pc
    from pyspark.errors import PySparkException

    own = session(spark)
    observations = times.as_table(request.observations)
    if request.timestamp_column not in observations.column_names:
        raise _core.InvalidArgumentError(
            f"the observations have no column `{request.timestamp_column}`; they have {', '.join(observations.column_names)}"
        )
    at = times.instants(observations[request.timestamp_column], request.timestamp_column)
    found = pc.min_max(at).as_py()
    names = list(observations.column_names)
    arrays = list(observations.columns)
    try:
        for part in request.parts:
            _check_keys(part, observations)
            keys = [one.name for one in part.spec.index_columns]
            seen = observations.select(keys).append_column(_AT, at)
            seen = seen.append_column(_ROW, pyarrow.array(range(len(observations)), pyarrow.int64()))
            joined = _join(own, part, request, _frame(own, seen), (found["min"], found["max"])).toArrow()
            part.columns = _in_order(joined, len(observations), list(dict.fromkeys(one.name for one in part.features)))
    except PySparkException as error:
        raise _core.FailedError(f"Spark failed: {error}") from error
    for index, feature in request.order:
        part = request.parts[index]
        name = f"{part.spec.name}__{feature.name}" if prefix_with_set else feature.name
        if name in names:
            raise _core.InvalidArgumentError(f"column `{name}` would be there twice; ask for names with the set's in front")
        names.append(name)
        arrays.append(part.columns[feature.name])
    return pyarrow.Table.from_arrays(arrays, names=names)


def _in_order(joined: pyarrow.Table, rows: int, names: list[str]) -> dict[str, Any]:
    """The columns of a join in the observations' order, null where no row was used."""
    import pyarrow
    import pyarrow.compute as pc

    place = pc.sort_indices(joined[_ROW])
    joined = joined.take(place)
    where = pc.index_in(pyarrow.array(range(rows), pyarrow.int64()), value_set=joined[_ROW].combine_chunks())
    return {name: joined[f"f{number}"].combine_chunks().take(where) for number, name in enumerate(names)}


def choose(request: Request, memory_limit: int) -> tuple[str, str]:
    """Engine for ``engine="auto"``, and why."""
    for part in request.parts:
        if is_spark_transformer(part.spec):
            return "spark", f"the transformation of feature set `{part.spec.name}` is written for PySpark"
    limit = memory_limit or _memory() * 6 // 10
    needed = times.as_table(request.observations).nbytes * 2 + len(request.order) * 8 * len(times.as_table(request.observations))
    for part in request.parts:
        needed += _size(part.spec)
    said = f"about {needed / 1e9:.2g} GB are needed, {limit / 1e9:.2g} GB may be used"
    if needed <= limit:
        return "embedded", said
    try:
        import pyspark  # noqa: F401
    except ImportError:
        return "embedded", said + ", but PySpark is not installed"
    return "spark", said


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _size(spec: FeatureSetSpec) -> int:
    """Bytes that a source's rows will take in memory, about: files are packed to a third."""
    if spec.has_own_rows:
        return int(times.as_table(spec.source()).nbytes)
    path = Path(spec.source_path)
    if not path.exists():
        return 0
    files = [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]
    return 3 * sum(one.stat().st_size for one in files)

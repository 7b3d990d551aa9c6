"""Feature rows out of source rows: windows and transformations.

A transformation is a class (or any callable) that gets a frame of source rows and gives back a frame with keys, time and
features.  Which frame it gets is what its parameter is annotated with: ``pandas.DataFrame``, ``polars.DataFrame`` or
``pyarrow.Table``; pandas if nothing is said.
"""

from __future__ import annotations

import datetime
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from podium import _core
from podium.features import times

if TYPE_CHECKING:
    import pyarrow

    from podium.features.offline import Part, Request
    from podium.features.spec import FeatureSetSpec

Transformation = Callable[[Any], Any]
_MICRO = datetime.timedelta(microseconds=1)


@contextmanager
def _importing_from(folder: Path) -> Iterator[None]:
    """Modules of the folder are found first, and forgotten afterwards: two sets may both have a ``transform.py``."""
    own = {path.stem for path in folder.iterdir() if path.suffix == ".py" or path.is_dir()}
    hidden = {name: module for name, module in sys.modules.items() if name.partition(".")[0] in own}
    for name in hidden:
        del sys.modules[name]
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] in own]:
            del sys.modules[name]
        sys.modules.update(hidden)


def load(folder: Path, class_name: str, feature_set: str, *, spark: bool = False) -> Transformation:
    """The transformation ``module.Class`` of a code folder; ``spark``: also one that is written for PySpark.

    Raises:
        InvalidArgumentError: It is not there, cannot be imported, or is written for PySpark.
    """

    def refused(why: str) -> Exception:
        return _core.InvalidArgumentError(f"feature set `{feature_set}`: transformer `{class_name}` {why}")

    module_name, _, name = class_name.rpartition(".")
    if not module_name or not (folder / (module_name.replace(".", "/") + ".py")).is_file():
        raise refused(f"is not in `{folder}`; it is written `module.Class`, with `module.py` in that folder")
    with _importing_from(folder.resolve()):
        try:
            module = importlib.import_module(module_name)
        except ImportError as error:
            if (error.name or "").partition(".")[0] == "pyspark":
                raise refused(_SPARK) from error
            raise refused(f"cannot be imported: {error}") from error
        except Exception as error:
            raise refused(f"cannot be imported: {type(error).__name__}: {error}") from error
    found = getattr(module, name, None)
    if found is None:
        raise refused(f"is not defined in `{module_name}.py`")
    if spark and _is_spark(found):
        as_it_is: Any = found
        return as_it_is() if inspect.isclass(found) else as_it_is  # type: ignore[no-any-return]
    return _callable(found, refused)


_SPARK = (
    "is written for PySpark, which is not run here: give a pandas- or polars-style class (`transform(frame)`), pass "
    '`engine="spark"`, or materialize the set on Spark and read the store'
)


def _is_spark(found: object) -> bool:
    kinds = inspect.getmro(found) if inspect.isclass(found) else inspect.getmro(type(found))
    return any(kind.__module__.partition(".")[0] == "pyspark" for kind in kinds)


def _callable(found: Any, refused: Callable[[str], Exception]) -> Transformation:
    if _is_spark(found):
        raise refused(_SPARK)
    made = found() if inspect.isclass(found) else found
    for name in ("transform", "_transform"):
        if callable(method := getattr(made, name, None)):
            return method  # type: ignore[no-any-return]
    if callable(made):
        return made  # type: ignore[no-any-return]
    raise refused("has neither `transform(frame)` nor `_transform(frame)`, and cannot be called")


def _frame(function: Transformation, table: pyarrow.Table) -> Any:
    """The table as the kind of frame that the function's parameter asks for."""
    parameters = [
        one
        for one in inspect.signature(function).parameters.values()
        if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
    ]
    wanted = parameters[0].annotation if parameters else inspect.Parameter.empty
    said = (
        ""
        if wanted is inspect.Parameter.empty
        else wanted
        if isinstance(wanted, str)
        else f"{wanted.__module__}.{wanted.__name__}"
    )
    if said.startswith("pyspark") or "SparkDataFrame" in said:
        raise _core.InvalidArgumentError(f"the transformation {_SPARK}")
    if said.startswith(("polars.", "pl.")):
        import polars

        return polars.DataFrame(table)
    if said.startswith(("pyarrow.", "pa.")):
        return table
    return table.to_pandas()


def apply(function: Transformation, table: pyarrow.Table, feature_set: str) -> pyarrow.Table:
    """Run a transformation over all rows of a table.

    Raises:
        InvalidArgumentError: It raised, or gave back something that is no table.
    """
    import pyarrow

    frame = _frame(function, table)
    try:
        made = function(frame)
    except Exception as error:
        raise _core.InvalidArgumentError(
            f"feature set `{feature_set}`: the transformation failed: {type(error).__name__}: {error}"
        ) from error
    if not hasattr(made, "__arrow_c_stream__"):
        raise _core.InvalidArgumentError(
            f"feature set `{feature_set}`: the transformation gave {type(made).__name__}, not a table that speaks Arrow"
        )
    if hasattr(made, "reset_index"):  # pandas: an index made by grouping holds keys
        made = made.reset_index(drop=made.index.names == [None])
        return pyarrow.Table.from_pandas(made, preserve_index=False).replace_schema_metadata(None)
    return pyarrow.table(made)


def _between(table: pyarrow.Table, spec: FeatureSetSpec, start_us: int | None, end_us: int | None) -> pyarrow.Table:
    """Rows with ``start <= time < end``; rows without a time are no feature rows."""
    import pyarrow.compute as pc

    at = times.instants_of(table, spec)
    kept = pc.is_valid(at)
    if start_us is not None:
        kept = pc.and_(kept, pc.greater_equal(at, start_us))
    if end_us is not None:
        kept = pc.and_(kept, pc.less(at, end_us))
    return table.filter(kept)


def transformation_of(spec: FeatureSetSpec) -> Transformation | None:
    """What turns the source's rows into feature rows; ``None``: nothing, they are it."""
    if spec.transformer is not None:
        name = spec.name
        return _callable(spec.transformer, lambda why: _core.InvalidArgumentError(f"feature set `{name}`: the transformer {why}"))
    code = spec.transformation_code
    return load(Path(code[0]), code[1], spec.name) if code else None


def compute_between(
    spec: FeatureSetSpec, start_us: int | None, end_us: int | None, rows: pyarrow.Table | None = None
) -> pyarrow.Table:
    """Feature rows of ``[start_us, end_us)``, out of ``rows`` or the specification's source.

    Source rows of ``[start - source_lookback, end)`` are read, the transformation runs on all of them, then the window is cut.
    """
    lookback = spec.source_lookback // _MICRO
    if rows is None:
        rows = times.as_table(spec.read(None if start_us is None else start_us - lookback, end_us))
    if spec.windows:
        made, _ = _core.compute_features(spec._core, rows, start_us, end_us)
        return times.as_table(made)
    source = rows
    column = spec.timestamp_column
    if column not in source.column_names:
        raise _core.InvalidArgumentError(
            f"feature set `{spec.name}`: the source has no timestamp column `{column}`; it has {', '.join(source.column_names)}"
        )
    function = transformation_of(spec)
    if function is None:
        return _between(source, spec, start_us, end_us)
    read = _between(source, spec, None if start_us is None else start_us - lookback, end_us)
    made = apply(function, read, spec.name)
    needed = [*(one.name for one in spec.index_columns), column, *(one.name for one in spec.features)]
    if missing := [name for name in needed if name not in made.column_names]:
        raise _core.InvalidArgumentError(
            f"feature set `{spec.name}`: the transformation gave no column {', '.join(f'`{name}`' for name in missing)}; "
            f"it gave {', '.join(made.column_names)}"
        )
    return _between(made, spec, start_us, end_us)


def compute(
    spec: FeatureSetSpec, feature_window_start: datetime.datetime | None, feature_window_end: datetime.datetime | None
) -> pyarrow.Table:
    """See :meth:`FeatureSetSpec.compute`."""
    start = None if feature_window_start is None else times.micros(feature_window_start)
    end = None if feature_window_end is None else times.micros(feature_window_end)
    kept = [*(one.name for one in spec.index_columns), spec.timestamp_column, *(one.name for one in spec.features)]
    table = compute_between(spec, start, end)
    if "create_timestamp" in table.column_names and "create_timestamp" not in kept:
        kept.append("create_timestamp")
    if missing := [name for name in kept if name not in table.column_names]:
        raise _core.InvalidArgumentError(
            f"feature set `{spec.name}`: there is no column {', '.join(f'`{name}`' for name in missing)}"
        )
    return table.select(kept)


def window_of(spec: FeatureSetSpec, first_us: int | None, last_us: int | None) -> tuple[int | None, int | None]:
    """The feature window that observations of ``[first_us, last_us]`` may match in; never narrower than the rule."""
    if first_us is None or last_us is None:
        return 0, 0
    lookback = spec.temporal_join_lookback
    start = None if lookback is None else first_us - (lookback + spec.source_delay) // _MICRO
    return start, last_us + 1000


def _load_store(part: Part, fallback: bool) -> None:
    """Rows of a part's offline store; with ``fallback``, what it has not materialised comes from the source."""
    import pyarrow

    stored, complete = _core.read_store(str(part.spec.offline_store), None)
    part.rows = stored
    part.materialized = complete
    if not fallback or complete is None:
        return
    kept = [*(one.name for one in part.spec.index_columns), part.spec.timestamp_column, *(one.name for one in part.spec.features)]
    edges: list[int | None] = [None]
    for window in complete:
        edges += window
    edges.append(None)
    table = times.as_table(stored)
    pieces = [_between(table, part.spec, start, end).select(kept) for start, end in complete]
    for after, before in zip(edges[::2], edges[1::2], strict=True):
        made = compute_between(part.spec, after, before).select(kept)
        pieces.append(made.cast(pieces[0].schema) if pieces else made)
    part.rows = pyarrow.concat_tables(pieces)
    part.materialized = None


def depends_on_batch(
    spec: FeatureSetSpec, source: pyarrow.Table, rows: pyarrow.Table, last_us: int | None, start: int | None, end: int | None
) -> bool:
    """Would the newest observation on its own have got other values?  Its window starts later than the batch's."""
    if start is None or last_us is None:
        return False
    alone, _ = window_of(spec, last_us, last_us)
    if alone is None or alone <= start:
        return False
    columns = [*(one.name for one in spec.index_columns), spec.timestamp_column, *(one.name for one in spec.features)]
    mine = compute_between(spec, alone, end, source).select(columns)
    theirs = _between(rows, spec, alone, end).select(columns)
    return _as_set(mine) != _as_set(theirs)


def _as_set(table: pyarrow.Table) -> set[tuple[str, ...]]:
    return set(zip(*(map(repr, column.to_pylist()) for column in table.columns), strict=True))


def load_rows(request: Request, *, use_materialized_data: bool = True, fallback: bool = False) -> None:
    """Fill in the rows of every part: the store's, the source's, or what a transformation makes of them."""
    bounds: tuple[int | None, int | None] | None = None
    for part in request.parts:
        if use_materialized_data and part.spec.offline_store is not None:
            _load_store(part, fallback)
            continue
        if transformation_of(part.spec) is None and not part.spec.windows:
            part.rows = part.spec.source()
            continue
        if bounds is None:
            import pyarrow.compute as pc

            observations = times.as_table(request.observations)
            if request.timestamp_column not in observations.column_names:
                known = ", ".join(observations.column_names)
                raise _core.InvalidArgumentError(
                    f"the observations have no column `{request.timestamp_column}`; they have {known}"
                )
            found = pc.min_max(times.instants(observations[request.timestamp_column], request.timestamp_column)).as_py()
            bounds = (found["min"], found["max"])
        start, end = window_of(part.spec, *bounds)
        reach = part.spec.source_lookback // _MICRO
        source = times.as_table(part.spec.read(None if start is None else start - reach, end))
        part.rows = compute_between(part.spec, start, end, source)
        if depends_on_batch(part.spec, source, part.rows, bounds[1], start, end):
            request.warnings.append(
                f"feature set `{part.spec.name}`: values depend on the batch's earliest observation, because the "
                f"transformation looks further back than `source_lookback` ({times.span_text(reach)})"
            )

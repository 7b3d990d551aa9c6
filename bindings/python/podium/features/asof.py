"""The as-of join, on its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from podium import _core
from podium.features.durations import nanoseconds, size
from podium.features.table import Table
from podium.features.types import ArrowStream, Duration

Distance: TypeAlias = Duration | int | float


def _span(value: Distance | None, name: str) -> tuple[str, int] | int | float | None:
    if value is None:
        return None
    if isinstance(value, bool):
        raise TypeError(f"`{name}` must be a duration or a number")
    if isinstance(value, int | float):
        if not value >= 0:
            raise _core.InvalidArgumentError(f"`{name}` is negative or not a number")
        return value
    return ("ns", nanoseconds(value, name))


def _names(value: str | Sequence[str] | None) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)


def asof_join(
    left: ArrowStream,
    right: ArrowStream,
    *,
    on: str,
    by: str | Sequence[str] | None,
    right_on: str | None = None,
    right_by: str | Sequence[str] | None = None,
    tolerance: Distance | None = None,
    delay: Distance | None = None,
    strategy: str = "backward",
    allow_exact_matches: bool = True,
    tie_break: str = "last_row",
    suffix: str | None = None,
    columns: Sequence[str] | None = None,
    matched_on: str | None = None,
    naive_timezone: str = "UTC",
    threads: int = 0,
    memory_limit: int | str | None = None,
) -> Table:
    """Join each left row with the nearest right row of equal keys.

    Neither table has to be sorted.  Every left row is kept, once, in its order.  Columns: the left's, then the right's
    without its keys and ``right_on``; null where nothing matches.  With the delay ``d`` and tolerance ``T``, a right row at
    ``ts`` matches a left row at ``t`` going backward if ``t - T <= ts <= t - d``, both ends inclusive.

    The GIL is released while it runs; Ctrl-C ends it.

    Args:
        left: Any table that speaks Arrow (``__arrow_c_stream__``): pyarrow, pandas, polars, a duckdb relation, ...
        right: The same.
        on: Column along which rows are near: a timestamp, date, RFC 3339 text, integer or float.
        by: Columns that have to be equal; ``None`` or empty: every row may match every other.
        right_on: Its name in the right table, if another.
        right_by: The keys' names in the right table, if others.
        tolerance: How far a match may lie, inclusive: a ``timedelta`` or text such as ``"30d"`` where ``on`` is a time, a
            number where it is a number.
        delay: Added to the right's ``on`` before it is compared: how long after its time a row is known.
        strategy: ``"backward"``, ``"forward"`` or ``"nearest"``.
        allow_exact_matches: ``False``: strictly before (or after).
        tie_break: Of right rows with equal keys and equal ``on``: ``"last_row"``, ``"first_row"``, ``"error"``, or the name of a
            right column, whose greatest value wins.
        suffix: Put after the name of a right column that the left has too; without it such a name is an error.
        columns: Right columns wanted; ``None``: all but its keys and ``right_on``.
        matched_on: Name of one more column, the right's ``on`` of the match.
        naive_timezone: IANA zone of times without one.
        threads: 0: one per core; never changes the answer.
        memory_limit: Bytes, or text such as ``"2GB"``, for the join's own tables; ``None``: as much as it takes.

    Raises:
        InvalidArgumentError: A column is missing, of a type that does not fit, or there twice; the message names it.
        ExhaustedError: ``memory_limit`` is too small for any plan.
    """
    core = _core.asof_join(
        left,
        right,
        on=on,
        right_on=right_on or "",
        by=_names(by),
        right_by=_names(right_by),
        tolerance=_span(tolerance, "tolerance"),
        delay=_span(delay, "delay"),
        strategy=strategy,
        allow_exact_matches=allow_exact_matches,
        tie_break=tie_break,
        suffix=suffix or "",
        columns=list(columns or []),
        matched_on=matched_on or "",
        naive_timezone=naive_timezone,
        threads=threads,
        memory_limit=size(memory_limit),
    )
    return Table(core, core.rows, core.column_names)

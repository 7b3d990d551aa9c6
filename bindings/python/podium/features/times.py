"""Times of Arrow columns as whole microseconds since 1970, UTC."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from podium import _core

if TYPE_CHECKING:
    import pyarrow

    from podium.features.spec import FeatureSetSpec

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def instants_of(rows: pyarrow.Table, spec: FeatureSetSpec) -> pyarrow.ChunkedArray:
    """The times of feature rows."""
    return instants(rows[spec.timestamp_column], spec.timestamp_column, spec.timestamp_format)


def as_table(data: object) -> pyarrow.Table:
    """Any table that speaks Arrow, as pyarrow's."""
    import pyarrow

    return data if isinstance(data, pyarrow.Table) else pyarrow.table(data)


def instants(column: pyarrow.ChunkedArray, name: str, layout: str = "") -> pyarrow.ChunkedArray:
    """Microseconds since 1970 (int64, null where there is no time); times without a zone are UTC, finer ones are cut.

    ``layout``: of texts, in Java's letters as ``timestamp_column.format`` has them; empty: RFC 3339.
    """
    import pyarrow
    import pyarrow.compute as pc

    kind = column.type
    if pyarrow.types.is_dictionary(kind):
        column = pc.cast(column, kind.value_type)
        kind = column.type
    if pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind) or pyarrow.types.is_string_view(kind):
        texts = column.to_pylist()
        values = [None if text is None else micros(_parsed(text, name, layout)) for text in texts]
        return pyarrow.chunked_array([pyarrow.array(values, pyarrow.int64())])
    if not (pyarrow.types.is_timestamp(kind) or pyarrow.types.is_date(kind)):
        raise _core.InvalidArgumentError(f"column `{name}` holds {kind}, no times")
    if pyarrow.types.is_date(kind):
        column = pc.cast(column, pyarrow.timestamp("s"))
        kind = column.type
    micro = (
        pc.cast(column, pyarrow.timestamp("us", kind.tz), safe=False)
        if kind.unit == "ns"
        else pc.cast(column, pyarrow.timestamp("us", kind.tz))
    )
    out = pc.cast(micro, pyarrow.int64())
    if kind.unit != "ns":
        return out
    # A cast of negative nanoseconds cuts towards zero; times are cut towards the past.
    exact = pc.cast(column, pyarrow.int64())
    late = pc.greater(pc.multiply(out, 1000), exact)
    return pc.if_else(late, pc.subtract(out, 1), out)


_LETTERS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "SSS": "%f", "SSSSSS": "%f"}
_RUN = re.compile(r"([A-Za-z])\1*|'([^']*)'|%")


def _strptime(layout: str) -> str:
    """Java's letters as Python's; what stands in quotes is itself."""

    def one(match: re.Match[str]) -> str:
        if match[2] is not None:
            return match[2].replace("%", "%%")
        return "%%" if match[0] == "%" else _LETTERS.get(match[0], match[0])

    return _RUN.sub(one, layout)


def _parsed(text: str, name: str, layout: str) -> datetime.datetime:
    try:
        parsed = datetime.datetime.strptime(text, _strptime(layout)) if layout else datetime.datetime.fromisoformat(text)
    except ValueError as error:
        raise _core.InvalidArgumentError(f"column `{name}`: `{text}` is no {layout or 'RFC 3339'} time") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=datetime.UTC)


def micros(time: datetime.datetime) -> int:
    """Microseconds since 1970; a time without a zone is UTC."""
    aware = time if time.tzinfo else time.replace(tzinfo=datetime.UTC)
    span = aware - EPOCH
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def moment(us: int) -> datetime.datetime:
    """A time as Python's; what lies beyond the calendar is its end."""
    try:
        return EPOCH + datetime.timedelta(microseconds=us)
    except OverflowError:
        edge = datetime.datetime.max if us > 0 else datetime.datetime.min
        return edge.replace(tzinfo=datetime.UTC)


def text(us: int | None) -> str:
    """A time as people read it."""
    if us is None:
        return "never"
    try:
        return (EPOCH + datetime.timedelta(microseconds=us)).isoformat(sep=" ").replace("+00:00", "Z")
    except OverflowError:
        return f"{us} us since 1970"


def span_text(us: int) -> str:
    """A length of time as people read it: ``"2 d 3 h"``, ``"20 min"``, ``"1.5 s"``."""
    sign, us = ("-" if us < 0 else ""), abs(us)
    if us < 60_000_000:
        return f"{sign}{us / 1_000_000:g} s"
    pieces = []
    for unit, size in (("d", 86_400_000_000), ("h", 3_600_000_000), ("min", 60_000_000), ("s", 1_000_000)):
        count, us = divmod(us, size)
        if count:
            pieces.append(f"{count} {unit}")
    return sign + " ".join(pieces[:2])

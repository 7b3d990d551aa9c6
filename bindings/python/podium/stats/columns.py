"""Columns of any kind as contiguous buffers."""

from __future__ import annotations

import sys
from array import array
from typing import Any

from podium import _core

#: A column: NumPy array, Arrow array, or a sequence of numbers.
Column = Any
#: Two bounds.
Interval = tuple[float, float]


def _native(values: Column) -> Any:
    """An Arrow or pandas column as NumPy, anything else as it is."""
    if hasattr(values, "to_numpy"):
        try:
            return values.to_numpy(zero_copy_only=False)  # pyarrow: nulls need a copy
        except TypeError:
            return values.to_numpy()
    if hasattr(values, "__arrow_c_stream__") or hasattr(values, "__arrow_c_array__"):
        import pyarrow

        return pyarrow.chunked_array(values).to_numpy()
    return values


def numbers(values: Column, name: str, code: str = "d") -> Any:
    """A contiguous buffer of doubles (``d``) or 64-bit whole numbers (``q``); a missing double is NaN."""
    given = _native(values)
    try:
        if hasattr(given, "astype"):
            if len(given.shape) != 1:
                raise _core.InvalidArgumentError(f"`{name}` has {len(given.shape)} dimensions, not one")
            if given.dtype.kind not in "biufO":
                raise _core.InvalidArgumentError(f"`{name}` holds {given.dtype}, not numbers")
            if code == "q" and given.dtype.kind == "f" and not bool((given == given.round()).all()):
                raise _core.InvalidArgumentError(f"`{name}` has values that are not whole numbers")
            typed = given.astype("float64" if code == "d" else "int64", copy=False)
            return typed if typed.flags.c_contiguous else typed.copy()
        if isinstance(given, array) and given.typecode == code:
            return given
        if code == "d":
            return array("d", [float("nan") if value is None else value for value in given])
        whole = [int(value) for value in given]
        if whole != list(given):
            raise _core.InvalidArgumentError(f"`{name}` has values that are not whole numbers")
        return array("q", whole)
    except (TypeError, ValueError, OverflowError) as problem:
        raise _core.InvalidArgumentError(f"`{name}` is not a column of numbers: {problem}") from problem


def optional(values: Column | None, name: str) -> Any:
    """The column's numbers, or an empty buffer."""
    return array("d") if values is None else numbers(values, name)


def groups(values: Column | None, name: str, rows: int) -> tuple[Any, int]:
    """Dense ids in the order of the sorted values, and how many there are."""
    if values is None:
        return array("I"), 0
    given = _native(values)
    if len(given) != rows:
        raise _core.InvalidArgumentError(f"`{name}` has {len(given)} values for {rows} rows")
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(given, numpy.ndarray) and given.dtype.kind in "biufUSM":
        distinct, ids = numpy.unique(given, return_inverse=True)
        if len(distinct) > 0 and distinct[-1] != distinct[-1]:
            raise _core.InvalidArgumentError(f"`{name}` has missing values")
        return numpy.ascontiguousarray(ids.reshape(-1), dtype="uint32"), len(distinct)
    listed = list(given)
    if any(value is None or value != value for value in listed):
        raise _core.InvalidArgumentError(f"`{name}` has missing values")
    try:
        order = {value: place for place, value in enumerate(sorted(set(listed)))}
    except TypeError as problem:
        raise _core.InvalidArgumentError(f"`{name}` mixes values that cannot be sorted: {problem}") from problem
    return array("I", [order[value] for value in listed]), len(order)


def matrix(values: Column, name: str) -> tuple[Any, int]:
    """Rows x classes, row by row, and the number of classes."""
    given = _native(values)
    if hasattr(given, "astype") and len(given.shape) == 2:
        flat = given.astype("float64").reshape(-1)
        return flat, int(given.shape[1])
    try:
        rows = [list(row) for row in given]
        widths = {len(row) for row in rows}
        if len(widths) != 1:
            raise _core.InvalidArgumentError(f"`{name}` has rows of different length")
        return array("d", [float(value) for row in rows for value in row]), widths.pop()
    except (TypeError, ValueError) as problem:
        raise _core.InvalidArgumentError(f"`{name}` is not rows x classes: {problem}") from problem

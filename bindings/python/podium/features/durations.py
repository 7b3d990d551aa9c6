"""Durations and sizes as people write them."""

from __future__ import annotations

import datetime
import re
from fractions import Fraction

from podium import _core

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60 * 1_000_000_000,
    "min": 60 * 1_000_000_000,
    "h": 3_600 * 1_000_000_000,
    "d": 86_400 * 1_000_000_000,
    "w": 7 * 86_400 * 1_000_000_000,
}
_PIECE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-zµ]+)\s*")
_LARGEST = 2**63 - 1


def nanoseconds(value: datetime.timedelta | str, name: str = "duration") -> int:
    """A duration in whole nanoseconds.

    Args:
        value: A ``timedelta``, or text: numbers with units ``ns us ms s m h d w`` one after the other, as in ``"1h30m"``.
            Days are 24 hours.
        name: What it is for, in errors.

    Raises:
        InvalidArgumentError: It is negative, longer than 292 years, or no duration at all.
    """
    if isinstance(value, datetime.timedelta):
        total = (value.days * 86_400 + value.seconds) * 1_000_000_000 + value.microseconds * 1_000
    elif isinstance(value, str):
        total = _parsed(value, name)
    else:
        raise TypeError(f'`{name}` must be a timedelta or text such as "20m" or "30d", got {type(value).__name__}')
    if total < 0:
        raise _core.InvalidArgumentError(f"`{name}` is negative")
    if total > _LARGEST:
        raise _core.InvalidArgumentError(f"`{name}` is longer than 292 years")
    return total


def _parsed(text: str, name: str) -> int:
    total = Fraction(0)
    at = 0
    for piece in _PIECE.finditer(text):
        if piece.start() != at or piece[2] not in _UNITS:
            break
        total += Fraction(piece[1]) * _UNITS[piece[2]]
        at = piece.end()
    if at != len(text) or at == 0:
        raise _core.InvalidArgumentError(
            f'`{name}`: `{text}` is no duration; write numbers with units, for example "20m", "30d", "1h30m" (ns us ms s m h d w)'
        )
    if total.denominator != 1:
        raise _core.InvalidArgumentError(f"`{name}`: `{text}` is finer than a nanosecond")
    return int(total)


_SIZES = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}


def size(value: int | str | None, name: str = "memory_limit") -> int:
    """Bytes; ``None``: 0, no limit.  Text such as ``"2GB"`` (10^9) or ``"512MiB"`` (2^20)."""
    if value is None:
        return 0
    if isinstance(value, int):
        if value < 0:
            raise _core.InvalidArgumentError(f"`{name}` is negative")
        return value
    found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", value)
    if found is None or found[2].lower() not in _SIZES:
        raise _core.InvalidArgumentError(f'`{name}`: `{value}` is no size; write for example "2GB" or "512MiB"')
    return int(Fraction(found[1]) * _SIZES[found[2].lower()])

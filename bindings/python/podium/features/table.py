"""A result in Arrow's memory layout, ready for any library that speaks it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from podium.features.types import ArrowStream

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

_SHOWN_ROWS = 10
_SHOWN_COLUMNS = 20


class Table:
    """Columns in memory.  Speaks ``__arrow_c_stream__``: pyarrow, pandas, polars and duckdb take it without a copy."""

    def __init__(self, core: ArrowStream, rows: int, column_names: list[str]) -> None:
        self._core = core
        self._rows = rows
        self._column_names = column_names

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._core.__arrow_c_stream__(requested_schema)

    @property
    def column_names(self) -> list[str]:
        """Names of the columns, in order."""
        return list(self._column_names)

    def __len__(self) -> int:
        return self._rows

    def to_arrow(self) -> pyarrow.Table:
        """As a ``pyarrow.Table``."""
        import pyarrow

        return pyarrow.table(self)

    def to_pandas(self, **options: Any) -> pandas.DataFrame:
        """As a ``pandas.DataFrame``; options are those of ``pyarrow.Table.to_pandas``."""
        return self.to_arrow().to_pandas(**options)

    def to_polars(self) -> polars.DataFrame:
        """As a ``polars.DataFrame``."""
        import polars

        return polars.DataFrame(self)

    def _caption(self) -> str:
        return f"{len(self):,} rows, {len(self._column_names)} columns"

    def _repr_html_(self) -> str:
        from podium.display import table_html

        names = self._column_names[:_SHOWN_COLUMNS]
        left_out = [] if len(names) == len(self._column_names) else ["..."]
        try:
            rows = self.to_arrow().slice(0, _SHOWN_ROWS).select(list(range(len(names)))).to_pydict()
        except ImportError:  # without pyarrow the names have to do
            return table_html([*names, *left_out], [], self._caption())
        columns = list(rows.values()) if len(rows) == len(names) else [[] for _ in names]
        cells = [["" if value is None else str(value) for value in row] + left_out for row in zip(*columns, strict=True)]
        return table_html([*names, *left_out], cells, self._caption())

    def __repr__(self) -> str:
        return f"<podium table: {self._caption()}>"

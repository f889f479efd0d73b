"""One HTML table on its way to rows of text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

_SPAN_LIMIT = 200
_LAYING_OUT = ("{*}table", "{*}h1", "{*}h2", "{*}h3")
_CELLS = ("{*}td", "{*}th")


@dataclass(slots=True)
class Table:
    """Cells of the current row; a cell that spans rows is said again in each, or its rows would lose it."""

    cells: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    above: dict[int, tuple[int, str]] = field(default_factory=dict)
    in_cell: bool = False

    def open(self, rows: int, columns: int) -> None:
        """Start a cell."""
        self.cells.append("")
        self.spans.append((min(rows, _SPAN_LIMIT), min(columns, _SPAN_LIMIT)))
        self.in_cell = True

    def add(self, text: str) -> None:
        """Put text into the current cell."""
        self.cells[-1] = f"{self.cells[-1]} {text}".strip()

    def close_row(self) -> str:
        """The row as text, empty when no cell says anything; the next row starts."""
        row: list[str] = []
        column, carried = 0, dict(self.above)
        self.above = {c: (left - 1, text) for c, (left, text) in carried.items() if left > 1}
        for text, (rows, columns) in zip(self.cells, self.spans, strict=True):
            while column in carried:
                row.append(carried.pop(column)[1])
                column += 1
            row.append(text)
            if rows > 1:
                self.above.update({column + i: (rows - 1, text if i == 0 else "") for i in range(columns)})
            column += columns
        row.extend(text for _, (_, text) in sorted(carried.items()))
        self.cells, self.spans, self.in_cell = [], [], False
        said = any(row)
        return " | ".join(row) if said else ""


def is_data(table: Any) -> bool:
    """Whether a table is rows of data; one that holds tables or headings, or one column, only lays out a page."""
    if next(table.iterdescendants(*_LAYING_OUT), None) is not None:
        return False
    return any(len(list(row.iterchildren(*_CELLS))) > 1 for row in table.iter("{*}tr"))

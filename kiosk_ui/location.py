"""Where a door is, in words computed from the cabinet's layout. Pure.

The words never say 排 (people read it as a row and as a column), and never count from a place the
reader must guess: the outermost column is "at the far left", the innermost "next to the screen".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from locker.contract.layout import Cell, Layout


class Side(StrEnum):
    """Where a column is, as seen by somebody who looks at the screen."""

    LEFT = "left"
    RIGHT = "right"
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True)
class Location:
    """A door's place. `column` counts from the screen outwards, `row` from the top, both from 1."""

    side: Side
    column: int
    columns: int
    row: int
    rows: int

    @property
    def keys(self) -> tuple[str, str]:
        """Give the keys of the two phrases, column and row, under `location.` in the catalogue."""
        return f"location.{self._column_key}", f"location.{self._row_key}"

    @property
    def row_from_nearest(self) -> int:
        """Give the row counted from the top or from the bottom, whichever is nearer."""
        return min(self.row, self.rows - self.row + 1)

    @property
    def _column_key(self) -> str:
        if self.side in {Side.ABOVE, Side.BELOW}:
            return self.side.value
        if self.columns == 1:
            return f"{self.side.value}.only"
        if self.column == 1:
            return f"{self.side.value}.next"
        if self.column == self.columns:
            return f"{self.side.value}.far"
        return f"{self.side.value}.middle"

    @property
    def _row_key(self) -> str:
        if self.rows == 1:
            return "row.only"
        if self.row == 1:
            return "row.top"
        if self.row == self.rows:
            return "row.bottom"
        if self.row * 2 == self.rows + 1:
            return "row.centre"
        return "row.from_top" if self.row * 2 < self.rows + 1 else "row.from_bottom"


def locate(layout: Layout, number: int) -> Location | None:
    """Find a printed number's place, or None where the layout has no such door."""
    cell = next((cell for cell in layout.cells if cell.number == number), None)
    if cell is None:
        return None
    side = _side(layout, cell)
    same_side = [other for other in layout.cells if _side(layout, other) is side]
    if side in {Side.LEFT, Side.RIGHT}:
        edges = sorted({other.x for other in same_side}, reverse=side is Side.LEFT)
        rows = [other for other in same_side if other.x == cell.x]
        column, columns = edges.index(cell.x) + 1, len(edges)
    else:
        rows, column, columns = same_side, 1, 1
    tops = sorted({other.y for other in rows}, reverse=True)
    return Location(side, column, columns, tops.index(cell.y) + 1, len(tops))


def _side(layout: Layout, cell: Cell) -> Side:
    screen = layout.console
    if cell.x + cell.width <= screen.x:
        return Side.LEFT
    if cell.x >= screen.x + screen.width:
        return Side.RIGHT
    return Side.ABOVE if cell.y >= screen.y + screen.height else Side.BELOW

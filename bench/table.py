"""Tables as text: aligned for a terminal, and fit to be pasted into a page as they are."""

from collections.abc import Sequence

Row = Sequence[object]


def table(title: str, heads: Sequence[str], rows: Sequence[Row]) -> str:
    """Title, heads and rows; the first column to the left, all others to the right."""
    cells = [list(heads), *([_shown(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [_line(row, widths) for row in cells]
    return "\n".join([title, "-" * max(len(title), *map(len, lines)), *lines, ""])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first = row[0].ljust(widths[0])
    others = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
    return "   ".join([first, *others]).rstrip()


def _shown(cell: object) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return (
        f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.2f}"
    )

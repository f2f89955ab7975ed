"""Draws bars as SVG, with no script and no font of its own. Knows no table."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any


def bars(labels: Sequence[str], values: Sequence[int], *, name: str) -> bytes:
    """Draw one row of bars, each with its figure."""
    return stacked(labels, {name: values})


def stacked(labels: Sequence[str], rows: Mapping[str, Sequence[int]]) -> bytes:
    """Draw bars that are made of parts; with one part there is no legend."""
    pygal = _load_pygal()
    several = len(rows) > 1
    kind = pygal.StackedBar if several else pygal.Bar
    chart = kind(
        style=_style(pygal, parts=len(rows)), js=(), show_legend=several, legend_at_bottom=True,
        legend_at_bottom_columns=len(rows), width=960, height=320, margin=12, spacing=6,
        print_values=not several, print_values_position="top", print_zeroes=False,
        min_scale=1, max_scale=5, range=_range(rows), truncate_label=-1,
        disable_xml_declaration=False, value_formatter=lambda value: f"{value:.0f}",
    )  # fmt: skip
    chart.x_labels = list(labels)
    for name, values in rows.items():
        chart.add(name, list(values))
    chart.add_xml_filter(_without_scripts)
    drawn: bytes = chart.render()
    return drawn


def _range(rows: Mapping[str, Sequence[int]]) -> tuple[int, int]:
    """Begin at nought, and never draw an axis of fractions."""
    return 0, max(5, *(sum(parts) for parts in zip(*rows.values(), strict=True)), 0)


def _without_scripts(root: Any) -> Any:
    """Take out what would answer a mouse: a picture in a page runs nothing."""
    for parent in list(root.iter()):
        for child in [one for one in parent if str(one.tag).endswith("script")]:
            parent.remove(child)
    return root


def _style(pygal: Any, *, parts: int) -> Any:
    """Give the colours: what is good is green, the worst of several is red."""
    colours = ("#0b5d3b", "#9e1b24") if parts == 2 else ("#0b5d3b", "#ffc94a", "#9e1b24")
    return pygal.style.Style(
        background="#ffffff", plot_background="#ffffff", foreground="#1d2125",
        guide_stroke_color="#d9d2c7", major_guide_stroke_color="#d9d2c7",
        foreground_strong="#1d2125", foreground_subtle="#d9d2c7", opacity="1",
        colors=colours, label_font_size=16, major_label_font_size=16,
        value_font_size=16, legend_font_size=16,
        font_family="Noto Sans SC, Noto Sans CJK SC, sans-serif",
    )  # fmt: skip


def _load_pygal() -> Any:
    """Load the library, and take out the finder of plugins that it leaves in Python's import.

    The finder is of a kind that newer Pythons warn of at each import; we have no plugins.
    """
    import pygal.style

    sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != "PluginImportFixer"]
    return pygal

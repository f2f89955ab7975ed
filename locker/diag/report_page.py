"""A soak's result as one HTML page that opens with no network: its table and one plot.

Knows no port and no clock. The plot is pygal's SVG inside the page, with no script and no font
from elsewhere.
"""

from __future__ import annotations

import html
import sys
from collections.abc import Sequence
from typing import Any

from locker.contract.text import Catalogue
from locker.diag import clock_text
from locker.diag.bench import Channel
from locker.diag.soak import LockResult, SoakResult, Stop

_FONT = '"Noto Sans SC", "Noto Sans CJK SC", "WenQuanYi Micro Hei", "Microsoft YaHei", sans-serif'
_STYLE = f"""
body {{ font: 16px/1.6 {_FONT}; color: #1d2733; max-width: 60rem }}
body {{ margin: 2rem auto; padding: 0 1rem }}
h1 {{ font-size: 1.6rem; margin: 0 0 .5rem }}
p {{ margin: .2rem 0 }}
.end {{ margin: 1rem 0; padding: .6rem 1rem; background: #eef7f1 }}
.end {{ border-left: .4rem solid #1f7a4d }}
.end.bad {{ border-color: #b3261e; background: #fbeeed }}
table {{ border-collapse: collapse; width: 100%; margin: 1rem 0 }}
table {{ font-variant-numeric: tabular-nums }}
th, td {{ padding: .3rem .6rem; text-align: right; border-bottom: 1px solid #d5dbe1 }}
th {{ font-weight: 600; border-bottom: 2px solid #1d2733 }}
tr.bad td {{ color: #b3261e; font-weight: 600 }}
figure {{ margin: 1rem 0 }}
figure svg {{ width: 100%; height: auto }}
figcaption, .how {{ color: #55616d; font-size: .9rem }}
@media print {{ body {{ margin: 0; max-width: none }} tr, figure {{ break-inside: avoid }} }}
"""


def soak_page(result: SoakResult, texts: Catalogue) -> str:
    """Write the whole page."""
    good = result.ended.stop is Stop.DONE and all(_is_good(lock) for lock in result.locks)
    title = html.escape(texts("soak.title"))
    facts = "".join(f"<p>{html.escape(line)}</p>" for line in soak_facts(result, texts))
    end = html.escape(soak_end(result, texts))
    how = "".join(
        f'<p class="how">{html.escape(texts(key))}</p>'
        for key in ("soak.how_time", "soak.how_rate")
    )
    return (
        f'<!doctype html><html lang="{texts.language.replace("_", "-")}"><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1>{facts}"
        f'<p class="end{"" if good else " bad"}">{end}</p>'
        f"{_plot(result.locks, texts)}{_table(result.locks, texts)}{how}</html>\n"
    )


def soak_facts(result: SoakResult, texts: Catalogue) -> tuple[str, ...]:
    """Say when, by whom and on what, in the words for people."""
    began, ended = clock_text.full(result.began_s), clock_text.full(result.ended_s)
    plan = result.plan
    return (
        texts("soak.when", began=began, ended=ended),
        texts("soak.who", by=plan.by, reason=plan.reason),
        texts("soak.board", boards=", ".join(result.boards)),
        texts("soak.pauses", coil_s=f"{plan.coil_pause_s:g}", rest_s=f"{result.rest_s:g}"),
    )


def soak_end(result: SoakResult, texts: Catalogue) -> str:
    """Say why it ended."""
    ended = result.ended
    door = "" if ended.channel is None else door_words(ended.channel, result.locks, texts)
    return texts(
        f"soak.stop_{ended.stop.value}", door=door, count=3, detail=ended.detail,
        waited_s=f"{result.plan.shut_within_s:g}",
    )  # fmt: skip


def door_words(channel: Channel, locks: Sequence[LockResult], texts: Catalogue) -> str:
    """Name a door by its printed number where that is known, and by its lock."""
    number = next((lock.compartment for lock in locks if lock.channel == channel), None)
    if number is None:
        return texts("soak.door_channel", channel=channel)
    return texts("soak.door_number", number=number, channel=channel)


SOAK_COLUMNS = (
    "lock", "number", "pulses", "opened", "not_opened", "unknown", "success", "least", "median",
    "most",
)  # fmt: skip


def soak_row(lock: LockResult) -> tuple[str, ...]:
    """Give one lock's cells in the order of `SOAK_COLUMNS`; an empty one was not measured."""
    times = lock.times_ms
    return (
        str(lock.channel),
        "—" if lock.compartment is None else str(lock.compartment),
        str(lock.pulses), str(lock.opened), str(lock.not_opened), str(lock.unknown),
        "—" if lock.success is None else f"{lock.success:.1%}",
        f"{min(times)}" if times else "—",
        "—" if lock.median_ms is None else f"{lock.median_ms:g}",
        f"{max(times)}" if times else "—",
    )  # fmt: skip


def _is_good(lock: LockResult) -> bool:
    return lock.pulses == lock.opened


def _table(locks: Sequence[LockResult], texts: Catalogue) -> str:
    head = "".join(f"<th>{html.escape(texts(f'soak.{name}'))}</th>" for name in SOAK_COLUMNS)
    rows = "".join(
        f"<tr{'' if _is_good(lock) else ' class=bad'}>"
        + "".join(f"<td>{html.escape(cell)}</td>" for cell in soak_row(lock))
        + "</tr>"
        for lock in locks
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _plot(locks: Sequence[LockResult], texts: Catalogue) -> str:
    timed = [lock for lock in locks if lock.times_ms]
    if not timed:
        return f'<p class="how">{html.escape(texts("soak.no_times"))}</p>'
    most_ms = max(max(lock.times_ms) for lock in timed)
    pygal = _load_pygal()
    chart = pygal.Box(
        box_mode="extremes", style=_plot_style(pygal), js=[], show_legend=False, width=960,
        height=380,
        range=(0, most_ms * 1.1), margin=12, truncate_label=-1, x_title=texts("soak.lock"),
        y_title="ms",
    )  # fmt: skip
    for lock in timed:
        chart.add(str(lock.channel), list(lock.times_ms))
    chart.x_labels = [str(lock.channel) for lock in timed]
    chart.add_xml_filter(_without_scripts)
    svg = chart.render(is_unicode=True, disable_xml_declaration=True)
    caption = html.escape(texts("soak.plot"))
    return f"<figure>{svg}<figcaption>{caption}</figcaption></figure>"


def _load_pygal() -> Any:
    """Load the library, and take out the finder of plugins that it leaves in Python's import.

    The finder is of a kind that newer Pythons warn of at each import; we have no plugins.
    """
    import pygal.style

    ours = [one for one in sys.meta_path if type(one).__name__ != "PluginImportFixer"]
    sys.meta_path[:] = ours
    return pygal


def _plot_style(pygal: Any) -> Any:
    return pygal.style.Style(
        background="transparent", plot_background="#f6f8fa", foreground="#1d2733",
        foreground_strong="#1d2733", foreground_subtle="#b5bec7", guide_stroke_color="#d5dbe1",
        major_guide_stroke_color="#b5bec7", colors=("#1f5fa8",) * 64,
        font_family=_FONT.replace('"', "'"), label_font_size=12, major_label_font_size=12,
        title_font_size=14, opacity=".55",
    )  # fmt: skip


def _without_scripts(root: Any) -> Any:
    """Take out what makes the plot react to a mouse: a printed report needs none of it."""
    for parent in list(root.iter()):
        for child in list(parent):
            if str(child.tag).endswith("script"):
                parent.remove(child)
    return root

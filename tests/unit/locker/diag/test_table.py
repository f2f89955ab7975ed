"""Tables of the verbs on a narrow terminal."""

from __future__ import annotations

import io

from rich.console import Console

from locker.diag.technician import plain_table


def test_a_sentence_without_spaces_goes_on_in_the_next_line_and_is_never_cut() -> None:
    said = "读起来一样，只有开锁的指令不同：看板上的标签"
    table, paper = plain_table("依据"), io.StringIO()
    table.add_row(said)
    Console(file=paper, width=20).print(table)
    assert "".join(paper.getvalue().split())[2:] == said

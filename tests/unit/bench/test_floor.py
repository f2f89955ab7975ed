"""The floors are measured with real files and real terminals."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.bench.floor import Floor, timed_s
from tests.bench.library import bare, libraries_of, memory_of


def test_each_sample_is_one_commit_and_one_round_trip(tmp_path: Path) -> None:
    floor = Floor(tmp_path)
    floor.sample()
    floor.sample()
    floor.close()
    assert len(floor.samples_s) == 2
    assert min(floor.samples_s) > 0
    assert (tmp_path / "floor.db").exists()


def test_work_is_done_once_while_it_is_timed() -> None:
    done: list[int] = []
    assert timed_s(lambda: done.append(1)) >= 0
    assert done == [1]


def test_memory_is_read_from_proc_in_millions_of_bytes() -> None:
    held = memory_of(os.getpid())
    assert 1 < held.rss_mb < 10_000
    assert held.pss_mb is None or held.pss_mb <= held.rss_mb


def test_the_libraries_of_a_program_are_those_of_third_parties_and_none_of_ours() -> None:
    found = libraries_of(["locker.contract.kiosk"], {})
    assert "pydantic" in found
    assert not [name for name in found if name.startswith("locker")]
    assert not set(found) & set(sys.stdlib_module_names)


def test_a_bare_interpreter_tells_when_it_has_the_libraries() -> None:
    without, having = bare([], {}), bare(["pydantic"], {})
    assert without.ready_s > 0
    assert having.memory.rss_mb > without.memory.rss_mb

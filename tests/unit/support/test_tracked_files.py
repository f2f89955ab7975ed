"""Hosts of registries and paths of one machine are found; ordinary text is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.tracked_files import findings, tracked_files


@pytest.mark.parametrize(
    "line",
    [
        "https://pypi" + ".org/simple",
        "files.python" + "hosted.org",
        "--extra-" + "index-url x",
        "see /wo" + "rk/main",
        "/ro" + "ot/.pyenv",
    ],
)
def test_forbidden_word_is_found_with_its_place(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.txt").write_text(f"first\n{line}\n")
    assert [found.split(": ")[0] for found in findings(tmp_path, [tmp_path / "a.txt"])] == [
        "a.txt:2"
    ]


def test_ordinary_text_and_pictures_pass(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("pip install, /work-in-progress, /rooted\n")
    (tmp_path / "b.png").write_bytes(b"\x89PNG\xff\xfe")
    assert list(findings(tmp_path, tmp_path.iterdir())) == []


def test_without_git_every_source_file_is_looked_at(tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "x.py").touch()
    (tmp_path / "a.py").touch()
    assert tracked_files(tmp_path) == [tmp_path / "a.py"]

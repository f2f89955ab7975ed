"""The technician's texts: the same keys and the same gaps in both languages."""

from __future__ import annotations

import ast
import string
from pathlib import Path

import pytest

import locker.diag
from locker.contract.text import Catalogue
from locker.diag.options import language_of
from locker.diag.trouble import PARTS, ExitCode, TroubleError, trouble_texts

FOLDER = Path(locker.diag.__file__).parent


def _gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("name", ["technician", "trouble"])
def test_both_languages_have_the_same_keys_and_the_same_gaps(name: str) -> None:
    chinese = Catalogue.load("locker.diag", name, "zh_CN")
    english = Catalogue.load("locker.diag", name, "en")
    assert chinese.keys == english.keys
    for key in chinese.keys:
        assert _gaps(chinese(key)) == _gaps(english(key)), key


def test_every_trouble_has_its_four_parts_and_no_more_gaps_than_it_is_told() -> None:
    """Each call that names its key in so many words, read from the source."""
    english = trouble_texts("en")
    calls = [
        (str(node.args[0].value), {word.arg for word in node.keywords} - {"code"})
        for file in FOLDER.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "TroubleError"
        and isinstance(node.args[0], ast.Constant)
    ]
    assert len(calls) > 40
    for key, told in calls:
        for part in PARTS:
            assert _gaps(english(f"{key}.{part}")) <= told, (key, part)


def test_a_trouble_speaks_either_language_and_json_always_english() -> None:
    trouble = TroubleError("no_daemon", file="/run/x", detail="refused", code=ExitCode.NO_DAEMON)
    assert trouble.as_json() == {
        "tried": "reach the daemon at /run/x",
        "seen": "refused",
        "cause": "the daemon is not running here, or its settings are elsewhere (--settings)",
        "remedy": "systemctl status bangbangui-daemon; or directly: --port /dev/ttyUSB0"
        " --board NAME",
        "exit_code": 3,
    }
    assert "服务没有在这里运行" in trouble.words("cause", trouble_texts("zh_CN"))


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "zh_CN"),
        ({"LANG": "C.UTF-8"}, "zh_CN"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh_CN"),
    ],
)
def test_the_terminals_language_is_chinese_unless_it_says_english(
    environment: dict[str, str], language: str
) -> None:
    assert language_of(environment) == language

"""The project's own files agree: declared, locked, explained, and packed into the wheel."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.tracked_files import tracked_files

_ROOT = Path(__file__).parents[2]
_PACKAGES = ("drivers", "locker", "kiosk_ui", "central", "config")
_PYPROJECT = tomllib.loads((_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
_EXTRAS = _PYPROJECT["project"]["optional-dependencies"]
_BUILD = _PYPROJECT["dependency-groups"]["build"]
_APP = [*_PYPROJECT["project"]["dependencies"], *_EXTRAS["kiosk"], *_EXTRAS["central"], *_BUILD]


def _names(declared: list[str]) -> list[Requirement]:
    return [entry for entry in map(Requirement, declared) if entry.name != "bangbangui"]


def _locked(lock: str) -> dict[str, str]:
    text = (_ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", text, flags=re.MULTILINE))


@pytest.mark.parametrize(
    ("lock", "declared"),
    [("requirements.lock", _APP), ("requirements-dev.lock", [*_APP, *_EXTRAS["dev"]])],
)
def test_lock_file_holds_a_fitting_version_of_every_declared_package(
    lock: str, declared: list[str]
) -> None:
    locked = _locked(lock)
    for requirement in _names(declared):
        assert requirement.specifier.contains(locked[requirement.name.lower()]), requirement


def test_both_lock_files_hold_the_same_versions() -> None:
    assert _locked("requirements.lock").items() <= _locked("requirements-dev.lock").items()


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_lock_file_has_hashes_and_no_address(lock: str) -> None:
    text = (_ROOT / lock).read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=[a-z0-9-]+==)", text)[1:]:
        assert "--hash=sha256:" in entry
    assert "://" not in text


def test_every_dependency_has_its_reason() -> None:
    reasons = (_ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").lower()
    for requirement in _names([*_APP, *_EXTRAS["dev"]]):
        assert f"**{requirement.name.lower()}**" in reasons


def test_wheel_holds_every_file_of_the_packages(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=_ROOT,
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        packed = set(wheel.namelist())
    sources = {path.relative_to(_ROOT) for path in tracked_files(_ROOT) if path.exists()}
    assert {str(path) for path in sources if path.parts[0] in _PACKAGES} <= packed


def _long_functions(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        f"{path.relative_to(_ROOT)}:{node.lineno} {node.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.body[0].lineno >= 60  # a signature may be long
    ]


def test_no_function_is_longer_than_60_lines() -> None:
    sources = [path for path in tracked_files(_ROOT) if path.suffix == ".py" and path.exists()]
    assert [found for path in sources for found in _long_functions(path)] == []

"""A wrong setting is refused with the file, the key, the value and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from locker.settings import SettingsError, load_settings

SHIPPED = Path(__file__).parents[3] / "config" / "settings.toml"


def changed(folder: Path, old: str, new: str) -> Path:
    text = SHIPPED.read_text("utf-8")
    assert old in text
    path = folder / "settings.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path


def test_shipped_file_names_every_key_with_its_default(tmp_path: Path) -> None:
    shipped = load_settings(SHIPPED)
    path = tmp_path / "settings.toml"
    path.write_text(
        'state_dir = "/var/lib/bangbangui"\nrun_dir = "/run/bangbangui"\nlayout = "runyuan-24"\n'
        '[[bus]]\nport = "/dev/ttyUSB0"\n'
    )
    assert load_settings(path) == shipped


def test_a_key_of_before_is_passed_over(tmp_path: Path) -> None:
    path = changed(tmp_path, "keep_for_drop_off = 4", "keep_for_drop_off = 4\nkeep_days = 15")
    assert load_settings(path) == load_settings(SHIPPED)


def test_a_card_reader_on_a_port_of_its_own_is_fitted(tmp_path: Path) -> None:
    none, own = 'port = ""\nbaud = 9600\n# As', 'port = "/dev/ttyACM1"\nbaud = 115200\n# As'
    path = changed(tmp_path, none, own)
    found = load_settings(path)
    assert (found.reads_cards, found.card_reader.baud) == (True, 115200)
    assert not load_settings(SHIPPED).reads_cards
    shared = path.read_text().replace("/dev/ttyACM1", "/dev/ttyUSB0")
    path.write_text(shared)
    with pytest.raises(SettingsError, match="port of its own"):
        load_settings(path)


def test_relative_paths_start_at_the_file(tmp_path: Path) -> None:
    found = load_settings(changed(tmp_path, '"/var/lib/bangbangui"', '"state"'))
    assert found.journal == tmp_path / "state" / "journal.db"


def test_places_know_the_top_row_and_the_walk(tmp_path: Path) -> None:
    places = load_settings(SHIPPED).places
    assert len(places) == 24
    assert any(place.top_row for place in places)
    assert sorted(place.order for place in places) == list(range(24))


def test_port_of_the_command_line_replaces_the_first_bus() -> None:
    assert load_settings(SHIPPED).with_port("/dev/x").buses[0].port == "/dev/x"


def test_coil_rest_comes_from_the_board_profile() -> None:
    assert load_settings(SHIPPED).core.coil_rest_s == 2.0


@pytest.mark.parametrize(
    ("old", "new", "key", "value", "allowed"),
    [
        ("baud = 9600", "baud = 9601", "scanner.baud", 9601, "9600"),
        ('model = "plain"', 'model = "gm"', "scanner.model", "gm", "gm812"),
        ('end = "any"', 'end = "esc"', "scanner.end", "esc", "tab"),
        ('short = ""', 'shrt = ""', "shrt", "", "short"),
        ("late_s = 60.0", "late_s = -1", "core.late_s", -1, "greater than 0"),
        ("demo = false", "demo = 1", "demo", 1, "boolean"),
        ('layout = "runyuan-24"', 'layout = "moon"', "layout", "moon", "runyuan-24"),
        ("number = 1", "number = 2", "layout: door 1, bus", 1, "2"),
        ("[core]", "[core]\nlong = 1", "core.long", 1, "watch_s"),
        ("number = 1", "numbr = 1", "bus.0.numbr", 1, "number, port, profile"),
        ('"/dev/ttyUSB0"', '""', "bus.0.port", "", "at least 1 character"),
        ('url = ""', 'url = "ftp://x"', "centre.url", "ftp://x", "match"),
        ("state_dir =", "# state_dir =", "state_dir", None, "needed"),
    ],
)
def test_wrong_key_or_value_is_refused(
    tmp_path: Path, old: str, new: str, key: str, value: object, allowed: str
) -> None:
    path = changed(tmp_path, old, new)
    with pytest.raises(SettingsError) as refused:
        load_settings(path)
    error = refused.value
    assert (error.file, error.key, error.value) == (str(path), key, value)
    assert allowed in error.allowed


def test_unknown_profile_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="shuoming"):
        load_settings(changed(tmp_path, 'profile = "shuoming"', 'profile = "ghost"'))


def test_wrong_layout_names_the_layouts_file(tmp_path: Path) -> None:
    layout = tmp_path / "mine.toml"
    layout.write_text('name = "mine"\nwidth = 100\nheight = -1\n')
    with pytest.raises(SettingsError) as refused:
        load_settings(changed(tmp_path, '"runyuan-24"', '"mine.toml"'))
    assert refused.value.file == str(layout)
    assert refused.value.key == "height"


def test_file_that_is_missing_or_no_toml_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can be read"):
        load_settings(tmp_path / "none.toml")
    with pytest.raises(SettingsError, match="TOML"):
        load_settings(changed(tmp_path, "[core]", "[core"))


def test_a_demo_whose_clock_says_no_number_is_refused_by_its_file(tmp_path: Path) -> None:
    path = changed(tmp_path, "demo = false", "demo = true")
    path.write_text(path.read_text("utf-8").replace("/var/lib/bangbangui", "state"), "utf-8")
    (tmp_path / "state").mkdir()
    clock = tmp_path / "state" / "demo-clock"
    clock.write_text("86400.0")
    assert load_settings(path).ahead_s() == 86_400
    for broken in (b"tomorrow", b"\xff", b""):
        clock.write_bytes(broken)
        with pytest.raises(SettingsError, match=r"state: demo-clock .*allowed: seconds") as refused:
            load_settings(path)
        assert refused.value.key == "demo-clock"

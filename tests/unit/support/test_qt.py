"""Qt draws in memory, on a screen of the kiosk's size, and Chinese text is not boxes."""

from __future__ import annotations

import importlib.resources

from PyQt6.QtGui import QFont, QFontDatabase, QFontMetrics, QGuiApplication
from PyQt6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot


def test_screen_is_the_kiosks(qtbot: QtBot) -> None:
    screen = QGuiApplication.primaryScreen()
    assert screen is not None
    assert (screen.size().width(), screen.size().height()) == (1080, 1920)


def test_bundled_font_has_chinese(qtbot: QtBot) -> None:
    folder = importlib.resources.files("pylopdf_fonts_zh_cn")
    with importlib.resources.as_file(folder / "NotoSansSC-Regular.otf") as path:
        number = QFontDatabase.addApplicationFont(str(path))
    family = QFontDatabase.applicationFontFamilies(number)[0]
    assert QFontMetrics(QFont(family)).inFontUcs4(ord("柜"))


def test_widget_can_be_photographed(qtbot: QtBot) -> None:
    label = QLabel("7")
    qtbot.addWidget(label)
    label.resize(1080, 1920)
    label.show()
    assert label.grab().size().height() == 1920

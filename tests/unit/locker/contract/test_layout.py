"""The cabinet's front: numbers and locks are unique, and boxes fit beside each other."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import Any

import pytest
from pydantic import ValidationError

from locker.contract.layout import Layout


def front(**second: Any) -> dict[str, Any]:
    """Give a front of two boxes beside a console, the second changed as asked."""
    box = {
        "number": 1, "size": "S", "x": 0, "y": 0, "width": 100, "height": 100, "handle_mm": 50,
        "board": 1, "channel": 1,
    }  # fmt: skip
    return {
        "name": "two",
        "width": 300,
        "height": 100,
        "console": {"x": 200, "y": 0, "width": 100, "height": 100},
        "cells": [box, {**box, "number": 2, "x": 100, "channel": 2, **second}],
    }


def test_boxes_may_touch_and_share_channels_on_other_boards() -> None:
    assert len(Layout.model_validate(front()).cells) == 2
    Layout.model_validate(front(board=2, channel=1))
    Layout.model_validate(front(bus=2, channel=1))


@pytest.mark.parametrize(
    ("second", "complaint"),
    [
        ({"number": 1}, "same number: 1"),
        ({"channel": 1}, "same bus/board/channel: 1/1/1"),
        ({"x": 99}, "overlap"),
        ({"x": 101}, "overlap"),
        ({"y": 1}, "beyond the front"),
        ({"height": 101}, "beyond the front"),
        ({"size": "XL"}, "size"),
        ({"width": 0}, "width"),
        ({"colour": "red"}, "colour"),
        ({"channel": 0}, "channel"),
        ({"number": 1000}, "number"),
    ],
)
def test_what_is_no_front_is_refused_by_name(second: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        Layout.model_validate(front(**second))


def test_every_layout_we_ship_is_a_front() -> None:
    found = [f for f in (files("config") / "cabinets").iterdir() if f.name.endswith(".toml")]
    assert found
    for file in found:
        Layout.model_validate(tomllib.loads(file.read_text("utf-8")))

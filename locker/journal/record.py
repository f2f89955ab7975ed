"""Records of the core as JSON text and back, for the journal's projections.

One generic codec for all record types, driven by their annotations. Knows no SQL and no rules.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from locker.core.state import RECORD_TYPES, Record, Table

Reader = Callable[[Any], Any]


def encode_record(record: Record) -> str:
    """Write a record as a JSON object; enums by value, tuples as lists."""
    body = {name: getattr(record, name) for name in _NAMES[type(record)]}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=_plain)


def decode_record(table: Table, text: str) -> Record:
    """Read a record of this table; missing fields take their defaults, unknown ones are left out.

    Raises ValueError, KeyError or TypeError for a text that is no such record.
    """
    body = json.loads(text)
    readers = _READERS[table]
    return RECORD_TYPES[table](
        **{name: readers[name](value) for name, value in body.items() if name in readers}
    )


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form in a record")


def _same(value: Any) -> Any:
    return value


def _reader(annotation: Any) -> Reader:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in {typing.Union, types.UnionType}:
        (inner,) = (_reader(arg) for arg in arguments if arg is not type(None))
        return inner if inner is _same else lambda value: None if value is None else inner(value)
    if origin is tuple:
        item = _reader(arguments[0])
        return lambda value: tuple(item(one) for one in value)
    if origin is not None and issubclass(origin, Mapping):
        return dict
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return annotation
    if dataclasses.is_dataclass(annotation):
        return _nested(annotation)
    return _same


def _nested(kind: Any) -> Reader:
    readers = _readers(kind)
    return lambda body: kind(**{name: readers[name](value) for name, value in body.items()})


def _readers(kind: type) -> dict[str, Reader]:
    hints = typing.get_type_hints(kind)
    return {field.name: _reader(hints[field.name]) for field in dataclasses.fields(kind)}


_NAMES = types.MappingProxyType(
    {kind: tuple(f.name for f in dataclasses.fields(kind)) for kind in RECORD_TYPES.values()}
)
_READERS = types.MappingProxyType({table: _readers(kind) for table, kind in RECORD_TYPES.items()})

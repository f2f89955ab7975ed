"""Schemathesis against the cabinets' API: nothing it can think of is answered by a fault."""

from __future__ import annotations

from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    response_schema_conformance,
    status_code_conformance,
)

from tests.unit.central.conftest import World
from tests.unit.central.fake_cabinet import FakeCabinet

pytestmark = pytest.mark.sweep

EXAMPLES = 25
OPERATIONS = (
    "POST /v1/enrolments",
    "POST /v1/login/nonces",
    "POST /v1/login/sessions",
    "POST /v1/events",
    "GET /v1/news",
    "POST /v1/asks",
    "GET /v1/bulletin",
)


def operations(world: World) -> dict[str, Any]:
    description = schemathesis.openapi.from_asgi("/v1/openapi.json", world.app.app)
    found: list[Any] = [cast("Any", result).ok() for result in description.get_all_operations()]
    return {operation.label: operation for operation in found}


def test_the_description_names_every_operation(world: World) -> None:
    assert {label.replace(" /", " /v1/") if "/v1" not in label else label
            for label in operations(world)} == set(OPERATIONS)  # fmt: skip


@pytest.mark.parametrize("label", OPERATIONS)
def test_no_request_is_answered_by_a_fault(world: World, cabinet: FakeCabinet, label: str) -> None:
    found = operations(world)
    operation = found.get(label) or found[label.replace("/v1", "")]

    @given(case=operation.as_strategy())
    @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
    def ask(case: schemathesis.Case[Any]) -> None:
        if "wait" in (case.query or {}):
            case.query["wait"] = 0
        case.call_and_validate(
            headers=cabinet.headers,
            checks=[not_a_server_error, response_schema_conformance, status_code_conformance],
        )

    ask()

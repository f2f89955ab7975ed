"""The floor of `central`: one route that reads the same JSON and inserts the same rows, no more.

`python -m tests.bench.bare_route DATABASE PORT`; the driver itself, one durable transaction a post.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
from typing import Any

import psycopg
import uvicorn
from anyio import to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

_TABLE = (
    "CREATE TABLE IF NOT EXISTS bare (cabinet TEXT, sequence BIGINT, kind TEXT, body TEXT,"
    " wall DOUBLE PRECISION, hash TEXT)"
)


class SqliteRows:
    """Plain sqlite3: WAL, synchronous=FULL, one writer."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(_TABLE)

    def add(self, rows: list[tuple[Any, ...]]) -> None:
        """Insert in one transaction."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT INTO bare VALUES (?, ?, ?, ?, ?, ?)", rows)
            self._connection.execute("COMMIT")


class PostgresqlRows:
    """Plain psycopg, one connection a thread."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._local = threading.local()
        with psycopg.connect(address) as connection:
            connection.execute(_TABLE.encode())

    def add(self, rows: list[tuple[Any, ...]]) -> None:
        """Insert in one transaction."""
        if not hasattr(self._local, "connection"):
            self._local.connection = psycopg.connect(self._address)
        connection: psycopg.Connection[Any] = self._local.connection
        with connection.transaction(), connection.cursor() as cursor:
            cursor.executemany(b"INSERT INTO bare VALUES (%s, %s, %s, %s, %s, %s)", rows)


def make(rows: SqliteRows | PostgresqlRows) -> Starlette:
    """Make the application."""

    async def take(request: Request) -> JSONResponse:
        post = json.loads(await request.body())
        cabinet = request.headers["authorization"]
        found = [
            (
                cabinet,
                event["sequence"],
                event["kind"],
                json.dumps(event["body"]),
                event["stamp"]["wall"],
                event["hash"],
            )
            for event in post["events"]
        ]
        await to_thread.run_sync(rows.add, found)
        return JSONResponse({"sequence": found[-1][1]})

    async def health(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("ok")

    return Starlette(
        routes=[Route("/v1/events", take, methods=["POST"]), Route("/healthz", health)]
    )


if __name__ == "__main__":
    address, port = sys.argv[1], int(sys.argv[2])
    chosen: SqliteRows | PostgresqlRows
    if address.startswith("sqlite:///"):
        chosen = SqliteRows(address.removeprefix("sqlite:///"))
    else:
        chosen = PostgresqlRows(address.replace("postgresql+psycopg://", "postgresql://"))
    uvicorn.run(make(chosen), host="127.0.0.1", port=port, log_level="warning")

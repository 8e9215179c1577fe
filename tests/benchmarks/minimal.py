"""What acceptance is measured against: an application that verifies the signature and commits one row, nothing else."""

import asyncio
import hashlib
import hmac
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiosqlite
import psycopg_pool
import uvicorn
from fastapi import FastAPI, Request, Response


def application(database: str, secret: bytes) -> FastAPI:
    """`database`: path of a SQLite file, or a PostgreSQL URL."""
    store: dict[str, Any] = {}

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        if database.startswith("postgresql"):
            async with psycopg_pool.AsyncConnectionPool(database, min_size=8, max_size=8, open=False) as pool:
                async with pool.connection() as connection:
                    await connection.execute("CREATE TABLE IF NOT EXISTS minimal (id text PRIMARY KEY, event text)")
                store["pool"] = pool
                yield
            return
        async with aiosqlite.connect(database) as connection:
            await connection.execute("PRAGMA journal_mode=WAL")
            await connection.execute("PRAGMA synchronous=FULL")
            await connection.execute("CREATE TABLE IF NOT EXISTS minimal (id text PRIMARY KEY, event text)")
            store.update(connection=connection, turn=asyncio.Lock())
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/webhook")
    async def webhook(request: Request) -> Response:
        body = await request.body()
        expected = f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"
        if not hmac.compare_digest(expected, request.headers.get("x-hub-signature-256", "")):
            return Response(status_code=401)
        row = (request.headers["x-github-delivery"], request.headers["x-github-event"])
        if pool := store.get("pool"):
            async with pool.connection() as connection:
                await connection.execute("INSERT INTO minimal VALUES (%s, %s)", row)
        else:
            async with store["turn"]:
                await store["connection"].execute("INSERT INTO minimal VALUES (?, ?)", row)
                await store["connection"].commit()
        return Response(status_code=202)

    return app


if __name__ == "__main__":
    database, port, secret = sys.argv[1:]
    uvicorn.run(
        application(database, secret.encode()), port=int(port), access_log=False, log_level="warning", http="httptools"
    )

"""A real Stayd server, a real FastAPI application under uvicorn, and a server that publishes keys."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

PATIENCE_S = 30.0
"""Longer than anything here takes on a busy machine."""
SECRET = "kX3v9QhT7mWz2LrB8nYcJ5dGfA4sPeUq"
PASSWORD = "correct horse battery staple"


def eventually(what: str, holds: Callable[[], bool]) -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)


class Publisher:
    """Publishes keys, and knows nobody."""

    def __init__(self) -> None:
        self.jwks: object = {"keys": []}
        self.seen: list[str] = []
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                publisher.seen.append(path)
                body = json.dumps(publisher.jwks if path.endswith("/jwks") else None).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class StaydServer:
    """The binary, in a folder of its own, with an environment that holds nothing else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.origin = ""
        self.start()

    def start(self) -> None:
        listen = self.origin.removeprefix("http://") or "127.0.0.1:0"
        environment = {
            "BETTER_AUTH_SECRET": SECRET,
            "STAYD_LISTEN": listen,
            "STAYD_BACKENDS": f"orders:{SECRET}",
            "STAYD_COOKIE_CACHE": "5m",
            "STAYD_RATE_LIMIT": "false",
        }
        self._process = subprocess.Popen(
            [os.environ["STAYD_BIN"], "serve"], cwd=self._folder, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline().split()
        self.origin = line[line.index("at") + 1]

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def browser(self, email: str, *, new: bool) -> httpx.Client:
        """A browser whose person has signed up, or in."""
        client = httpx.Client(base_url=f"{self.origin}/api/auth", headers={"origin": self.origin}, trust_env=False)
        path, more = ("/sign-up/email", {"name": "Zoë"}) if new else ("/sign-in/email", {})
        client.post(path, json={"email": email, "password": PASSWORD, **more}).raise_for_status()
        return client


class Application:
    """An application under uvicorn."""

    def __init__(self, app: FastAPI) -> None:
        config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        eventually("uvicorn", lambda: self._server.started)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False)

    def get(
        self, path: str, browser: httpx.Client | None = None, *, cookie: str = "", authorization: str = ""
    ) -> httpx.Response:
        """As the browser would ask, with the cookies it has: they are of the same host."""
        if browser is not None:
            cookie = "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar)
        headers = {name: value for name, value in (("cookie", cookie), ("authorization", authorization)) if value}
        return self.client.get(path, headers=headers)

    def close(self) -> None:
        self.client.close()
        self._server.should_exit = True
        self._thread.join(PATIENCE_S)

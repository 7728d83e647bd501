"""A proxy on loopback that notes what it is asked and answers by itself."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any


class Proxy(BaseHTTPRequestHandler):
    asked: list[tuple[str, str, str]]

    def do_GET(self) -> None:
        self.asked.append((self.command, self.path, self.headers.get("Proxy-Authorization", "")))
        body = b"by proxy"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_CONNECT(self) -> None:
        self.asked.append((self.command, self.path, self.headers.get("Proxy-Authorization", "")))
        self.send_error(403)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def running_proxy() -> Iterator[str]:
    """Host and port of a proxy; `Proxy.asked` holds (method, target, login) of its requests."""
    Proxy.asked = []
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Proxy) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()

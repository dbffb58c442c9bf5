"""A small web on the loopback: a server that plays the public one, and one nobody may reach."""

import contextlib
import gzip
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.media.corpus_images import photo_png

PUBLIC = "127.0.0.1"
PRIVATE = "127.0.0.2"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.hits.append((self.path, dict(self.headers)))
        kind, _, rest = self.path[1:].partition("/")
        with contextlib.suppress(OSError):
            getattr(self, f"_{kind}", self._nothing)(rest)

    def _answer(self, content, status=200, **headers):
        self.send_response(status)
        for name, value in ({"Content_Length": str(len(content))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def _nothing(self, _):
        self._answer(b"no", 404)

    def _picture(self, _):
        self._answer(photo_png(), Content_Type="text/html")

    def _html(self, _):
        self._answer(b"<html><script>alert(1)</script></html>", Content_Type="image/png")

    def _hop(self, rest):
        left = int(rest)
        self._answer(b"", 302, Location=f"/hop/{left - 1}" if left > 1 else "/picture")

    def _to(self, rest):
        self._answer(b"", 302, Location=rest)

    def _packed(self, coding):
        body = gzip.compress(b"packed")
        self._answer(body, Content_Encoding=coding)

    def _bomb(self, _):
        self._answer(gzip.compress(bytes(64 * 2**20)), Content_Encoding="gzip")

    def _announced(self, _):
        self._answer(b"x", Content_Length=str(10**12))

    def _short(self, _):
        self._answer(b"x", Content_Length="1000")
        self.close_connection = True

    def _endless(self, _):
        self._open_end(bytes(2**16), 0)

    def _drip(self, _):
        self._open_end(b"x", 0.05)

    def _slow(self, _):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            self.wfile.write(b"x")
            time.sleep(0.05)

    def _open_end(self, block, pause):
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        while True:
            self.wfile.write(block)
            time.sleep(pause)

    def log_message(self, *_):
        pass


class Web:
    """Both servers, at one port of two addresses."""

    def __init__(self):
        self.public = self._server((PUBLIC, 0))
        self.port = self.public.server_port
        self.private = self._server((PRIVATE, self.port))

    def _server(self, address):
        server = ThreadingHTTPServer(address, _Handler)
        server.hits = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    def url(self, path):
        return f"http://{PUBLIC}:{self.port}/{path}"

    def close(self):
        for server in (self.public, self.private):
            server.shutdown()
            server.server_close()


def answers(*rounds):
    """Return a resolver that gives one list of addresses after the other, from the start again."""
    asked = []

    def resolve(host, port, *_, **__):
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))
            for address in rounds[(len(asked) - 1) % len(rounds)]
        ]

    resolve.asked = asked
    return resolve

"""A tiny HTTP service: a picture goes in, JSON comes out. To build your own upon; `edgesmith serve` is the product's.

Install:  pip install 'edgesmith[litert]'
Run:      python http_service.py flowers-int8.tflite 8080
          curl --data-binary @tulip.jpg http://127.0.0.1:8080/

It listens on this machine only, answers one request at a time, and has neither passwords nor encryption.
"""

import io
import json
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from edgesmith.runtime import Classifier, EdgesmithError

MAX_BYTES = 20_000_000  # a picture; more is refused before it is read


class Service(HTTPServer):
    """`classify` is opened once, and kept."""

    def __init__(self, classify: Classifier, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.classify = classify


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Service
    timeout = 10  # seconds for a client that says nothing

    def do_POST(self) -> None:
        """The body is the picture."""
        size = self.headers.get("Content-Length", "")
        if not size.isdecimal():
            return self._answer(HTTPStatus.LENGTH_REQUIRED, {"error": "Content-Length is needed"})
        if int(size) > MAX_BYTES:
            return self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": f"at most {MAX_BYTES} bytes"})
        try:
            scores = self.server.classify(io.BytesIO(self.rfile.read(int(size))))
        except EdgesmithError as error:
            return self._answer(HTTPStatus.BAD_REQUEST, {"error": str(error), "tip": error.tip})
        top = [{"label": one.label, "score": round(one.score, 4)} for one in scores.top(3)]
        return self._answer(HTTPStatus.OK, {"top": top})

    def _answer(self, status: HTTPStatus, document: dict[str, object]) -> None:
        body = json.dumps(document, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    with Classifier(Path(sys.argv[1])) as classifier, Service(classifier, int(sys.argv[2])) as service:
        service.serve_forever()

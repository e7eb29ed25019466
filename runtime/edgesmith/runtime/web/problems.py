"""Errors as HTTP answers: JSON with what was wrong and what to do, never a traceback, never what was posted."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from edgesmith.runtime.errors import EdgesmithError

SCHEMA = "edgesmith.problem/1"

Handler = Callable[[Request, Any], Awaitable[Response]]


class RefusedError(EdgesmithError):
    """A request that is refused: the message and tip of any error, with an HTTP status (RFC 9110, 15)."""

    def __init__(
        self, status: int, message: str, *, tip: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, tip=tip)
        self.status, self.headers = status, dict(headers or {})

    def response(self) -> Response:
        """{"schema", "error", "tip"}; tip may be null."""
        document = {"schema": SCHEMA, "error": self.message, "tip": self.tip}
        return JSONResponse(document, status_code=self.status, headers=self.headers)


async def _refused(_: Request, problem: RefusedError) -> Response:
    return problem.response()


async def _not_routed(_: Request, error: HTTPException) -> Response:
    status = HTTPStatus(error.status_code)
    tip = "the page is at the address that was printed at start" if status == HTTPStatus.NOT_FOUND else None
    return RefusedError(status, status.phrase, tip=tip, headers=error.headers).response()


async def _defect(_: Request, error: Exception) -> Response:
    """Starlette raises the error again once this is sent, so that its traceback reaches stderr."""
    return RefusedError(
        500, "the server failed at this request", tip="its terminal shows the reason"
    ).response()


# For `Starlette(exception_handlers=...)`.
PROBLEM_HANDLERS: dict[Any, Handler] = {
    RefusedError: _refused,
    HTTPException: _not_routed,
    Exception: _defect,
}

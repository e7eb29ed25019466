"""What `GET /openapi.json` says: the service in OpenAPI 3.1."""

from importlib.metadata import version
from typing import Any

from edgesmith.runtime.serve.answer import SCHEMA
from edgesmith.runtime.serve.limits import ServeLimits
from edgesmith.runtime.serve.pictures import FIELD
from edgesmith.runtime.web.problems import SCHEMA as PROBLEM_SCHEMA

_JSON = "application/json"

_REFUSALS = {
    "400": "top, or the form, is malformed",
    "403": "sent by a page of another site",
    "408": "the body came too slowly",
    "413": "the body is too large",
    "415": "the body is no picture of a kind that is read",
    "421": "the Host header names another machine",
    "422": "the picture is damaged or has too many pixels",
    "429": "too many requests are waiting; try again after Retry-After seconds",
    "500": "the engine failed",
    "503": "the server is stopping, or the answer took too long",
}


def description(*, labels: int, default_top: int, limits: ServeLimits) -> dict[str, Any]:
    """The document, for a model with so many `labels`."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "edgesmith serve", "version": version("edgesmith")},
        "paths": {
            "/classify": {"post": _classify(labels, default_top, limits)},
            "/health": {
                "get": {
                    "summary": "Whether requests are accepted",
                    "responses": {
                        "200": _answer("accepting", {"type": "object", "required": ["schema", "status"]}),
                        "503": _answer("stopping", {"type": "object", "required": ["schema", "status"]}),
                    },
                }
            },
            "/metrics": {
                "get": {
                    "summary": "Counts and times for Prometheus",
                    "responses": {
                        "200": {
                            "description": "text",
                            "content": {"text/plain": {"schema": {"type": "string"}}},
                        }
                    },
                }
            },
        },
        "components": {"schemas": {"Classified": _classified(labels), "Problem": _problem()}},
    }


def _classify(labels: int, default_top: int, limits: ServeLimits) -> dict[str, Any]:
    picture = {"type": "string", "format": "binary"}
    form = {"type": "object", "required": [FIELD], "properties": {FIELD: picture}}
    top = {"type": "integer", "minimum": 1, "maximum": labels, "default": min(default_top, labels)}
    return {
        "summary": "What is on a picture",
        "description": f"At most {limits.body_bytes} bytes and {limits.pixels} pixels.",
        "parameters": [{"name": "top", "in": "query", "description": "classes to name", "schema": top}],
        "requestBody": {
            "required": True,
            "content": {
                "image/*": {"schema": picture},
                "multipart/form-data": {"schema": form, "encoding": {FIELD: {"contentType": "image/*"}}},
            },
        },
        "responses": {
            "200": _answer("the most probable classes", {"$ref": "#/components/schemas/Classified"}),
            **{
                status: _answer(text, {"$ref": "#/components/schemas/Problem"})
                for status, text in _REFUSALS.items()
            },
        },
    }


def _answer(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {_JSON: {"schema": schema}}}


def _classified(labels: int) -> dict[str, Any]:
    one = {
        "type": "object",
        "required": ["label", "score", "index"],
        "properties": {
            "label": {"type": "string"},
            "score": {"type": "number", "minimum": 0, "maximum": 1},
            "index": {"type": "integer", "minimum": 0, "maximum": labels - 1},
        },
    }
    return {
        "type": "object",
        "required": ["schema", "model", "top", "milliseconds"],
        "properties": {
            "schema": {"const": SCHEMA},
            "model": {"type": "string"},
            "top": {"type": "array", "items": one, "minItems": 1},
            "milliseconds": {
                "type": "object",
                "required": ["waiting", "decoding", "inference"],
                "additionalProperties": {"type": "number", "minimum": 0},
            },
        },
    }


def _problem() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["schema", "error", "tip"],
        "properties": {
            "schema": {"const": PROBLEM_SCHEMA},
            "error": {"type": "string"},
            "tip": {"type": ["string", "null"]},
        },
    }

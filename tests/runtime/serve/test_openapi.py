import json
from collections.abc import Callable
from typing import Any

import jsonschema
import pytest

from edgesmith.runtime.serve.limits import ServeLimits
from edgesmith.runtime.serve.openapi import description
from edgesmith.runtime.web.site import Site

DOCUMENT = description(labels=3, default_top=3, limits=ServeLimits())


def _schema(name: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][name]
    return found


def test_answers_fit_it(site: Site, ask: Callable[..., Any], picture: Callable[..., bytes]) -> None:
    headers = {"content-type": "image/png"}
    _, _, good = ask(site, "/classify", method="POST", body=picture("red"), headers=headers)
    _, _, bad = ask(site, "/classify", method="POST", body=b"x", headers=headers)
    jsonschema.validate(json.loads(good), _schema("Classified"))
    jsonschema.validate(json.loads(bad), _schema("Problem"))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(bad), _schema("Classified"))


def test_it_is_served(site: Site, ask: Callable[..., Any]) -> None:
    document = json.loads(ask(site, "/openapi.json")[2])
    assert document["openapi"] == "3.1.0"
    assert set(document["paths"]) == {"/classify", "/health", "/metrics"}


@pytest.mark.parametrize("labels", [2, 1000])
def test_top_follows_the_model(labels: int) -> None:
    document = description(labels=labels, default_top=3, limits=ServeLimits())
    (top,) = document["paths"]["/classify"]["post"]["parameters"]
    assert (top["schema"]["maximum"], top["schema"]["default"]) == (labels, min(3, labels))

import http.client
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from edgesmith.cli import main
from edgesmith.cli.dispatch import build_parser
from edgesmith.runtime.commands import serve as command

Capture = pytest.CaptureFixture[str]


def test_json_and_a_request(
    models: dict[str, Path],
    conforms: Callable[[Any], None],
    serve_process: Callable[..., Any],
    serve_document: Callable[..., dict[str, Any]],
) -> None:
    with serve_process(str(models["float tflite"]), "--json", "--workers", "1") as process:
        document = serve_document(process)
        conforms(document)
        assert list(document)[:4] == ["schema", "model", "precision", "engine"]
        assert (document["schema"], document["workers"]) == ("edgesmith.serve/1", 1)
        place = urlsplit(str(document["health"]))
        connection = http.client.HTTPConnection("127.0.0.1", place.port or 0, timeout=10)
        connection.request("GET", place.path)
        assert json.loads(connection.getresponse().read())["status"] == "ok"
        connection.close()
        assert str(document["classify"]).startswith("http://localhost:")
        assert document["certificate_sha256"] is None


@pytest.mark.slow
def test_every_network_is_https(
    models: dict[str, Path], tmp_path: Path, serve_process: Callable[..., Any]
) -> None:
    own = {"EDGESMITH_CACHE": str(tmp_path)}
    with serve_process(str(models["float tflite"]), "--host", "0.0.0.0", environment=own) as process:
        text = ""
        for line in process.stdout:
            text += line
            if "SHA-256" in line:
                break
    assert "classify  https://" in text
    assert "The browser will warn" in text
    assert (tmp_path / "certificates" / "server.pem").is_file()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["gone.tflite"], "'gone.tflite': no such model file"),
        (["MODEL", "--port", "70000"], "--port 70000; 0 to 65535 is allowed"),
        (["MODEL", "--host", "no..host"], "no address of this machine"),
        (["MODEL", "--workers", "0"], "--workers 0; 1 to 64 is allowed"),
        (["MODEL", "--max-megapixels", "1e9"], "--max-megapixels stands for 1e+15"),
        (["MODEL", "--waiting", "-5"], "--waiting stands for -5"),
        (["MODEL", "--threads", "0"], "0 threads"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_served(
    words: list[str], message: str, models: dict[str, Path], capsys: Capture
) -> None:
    assert main(["serve", *[str(models["float tflite"]) if word == "MODEL" else word for word in words]]) == 1
    printed = capsys.readouterr()
    assert message in printed.err
    assert "  tip: " in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("option", ["--max-megabytes", "--max-megapixels", "--request-seconds"])
@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "much"])
def test_no_amount(option: str, value: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit) as raised:
        main(["serve", "a.tflite", f"{option}={value}"])
    assert raised.value.code == 2
    assert option in capsys.readouterr().err


def test_defaults_are_the_plans() -> None:
    from edgesmith.runtime.serve.run import ServePlan

    given = build_parser("serve", command).parse_args(["a.tflite"])
    assert command._plan(given) == ServePlan(model=Path("a.tflite"))


def test_without_the_extra(models: dict[str, Path], capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("edgesmith.runtime.serve")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette.routing", None)
    monkeypatch.setitem(sys.modules, "starlette", None)
    assert main(["serve", str(models["float tflite"])]) == 1
    assert "pip install 'edgesmith[serve]'" in capsys.readouterr().err


def test_the_module_imports_no_server() -> None:
    code = "import sys, edgesmith.runtime.commands.serve; print(*sys.modules)"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"starlette", "uvicorn", "cryptography", "prometheus_client"} & set(finished.stdout.split())

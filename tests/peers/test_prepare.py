import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
import pytest

from edgesmith.runtime import Classifier
from edgesmith.runtime.errors import DataError
from edgesmith.runtime.modelfile import read_spec
from peers import prepare as module
from peers.contenders import CONTENDERS, MEDIAPIPE, Contender
from peers.prepare import Workshop, described, installed_for, prepare

ContenderOf = Callable[[str], Contender]


@pytest.fixture
def shop(models: tuple[Path, Path], tmp_path: Path) -> Workshop:
    """A DEPLOY whose `.tflite` files are only named so: nothing here opens them."""
    deploy = tmp_path / "deploy"
    deploy.mkdir()
    for model in models:
        for suffix in (".onnx", ".tflite"):
            (deploy / model.with_suffix(suffix).name).write_bytes(model.read_bytes())
    return Workshop(run=tmp_path / "run", deploy=deploy, work=tmp_path / "work", mediapipe=None)


@pytest.fixture
def tools(monkeypatch: pytest.MonkeyPatch, models: tuple[Path, Path]) -> dict[str, Any]:
    """What the scripts that `prepare` starts find and make: `missing` packages, `broken` makers, `started` commands."""
    tools: dict[str, Any] = {"missing": set(), "broken": {}, "started": []}

    def installed(python: str, packages: tuple[str, ...]) -> dict[str, Any]:
        missing = [name for name in packages if name in tools["missing"]]
        return {"versions": {}, "bytes": 1000, "missing": missing}

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        maker, output = command[3], Path(command[command.index("-o") + 1])
        tools["started"].append(output.name)
        broken = tools["broken"].get(maker)
        if broken is None:
            output.write_bytes(models[0].read_bytes())
        return subprocess.CompletedProcess(command, returncode=broken is not None, stderr=broken or "")

    monkeypatch.setattr(module, "_installed", installed)
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(module, "_our_spec", lambda shop: read_spec(models[1]))
    monkeypatch.setattr(module, "package_tflite", lambda data, spec: data)
    return tools


@pytest.mark.usefixtures("tools")
def test_all_are_ready_in_the_order_of_the_table(shop: Workshop) -> None:
    found = prepare(shop)
    assert [each.contender for each in found] == list(CONTENDERS)
    assert all(each.failure is None and each.file is not None and each.file.is_file() for each in found)
    ours = shop.measured("edgesmith-int8.tflite")
    assert shop.measured(MEDIAPIPE).read_bytes() == ours.read_bytes()


def test_what_is_made_is_not_made_again(shop: Workshop, tools: dict[str, Any]) -> None:
    prepare(shop)
    first = len(tools["started"])
    assert first == sum(each.maker is not None for each in CONTENDERS)
    prepare(shop)
    assert len(tools["started"]) == first


def test_a_tool_that_is_missing_takes_nothing_with_it(shop: Workshop, tools: dict[str, Any]) -> None:
    tools["missing"] = {"mediapipe"}
    found = {each.contender.file: each for each in prepare(shop)}
    assert found[MEDIAPIPE].failure == "not installed: mediapipe"
    assert found[MEDIAPIPE].file is None
    assert [file for file, each in found.items() if each.failure] == [MEDIAPIPE]


def test_a_maker_that_fails_says_why(shop: Workshop, tools: dict[str, Any]) -> None:
    tools["broken"] = {"keras_onnx": "Traceback ...\nModuleNotFoundError: No module named 'tf2onnx'\n"}
    found = {each.contender.file: each.failure for each in prepare(shop)}
    assert {file: failure for file, failure in found.items() if failure} == {
        "keras-float32.onnx": "ModuleNotFoundError: No module named 'tf2onnx'",
        "quantize_static-int8.onnx": "keras-float32.onnx, of which it is made, is not there",
    }


@pytest.mark.usefixtures("tools")
def test_without_edgesmiths_own_files_there_is_nothing_to_compare(shop: Workshop) -> None:
    (shop.deploy / "colours-int8.onnx").unlink()
    with pytest.raises(DataError, match=r"has 0 files \*-int8\.onnx"):
        prepare(shop)


def test_a_peers_file_gets_labels_and_keeps_its_answers(
    models: tuple[Path, Path], pictures: Path, contender: ContenderOf, tmp_path: Path
) -> None:
    proto = onnx.load(models[0])
    proto.ClearField("metadata_props")
    raw = tmp_path / "keras-float32.onnx"
    onnx.save(proto, raw)
    file = tmp_path / "described.onnx"
    file.write_bytes(described(raw, contender("keras-float32.onnx"), read_spec(models[1])))
    spec = read_spec(file)
    assert (spec.name, spec.precision, spec.source.framework) == ("keras-float32", "float32", "Keras")
    assert spec.source.sha256 == hashlib.sha256(raw.read_bytes()).hexdigest()
    picture = pictures / "red/0.png"
    with Classifier(file, threads=1) as theirs, Classifier(models[0], threads=1) as ours:
        assert theirs(picture).top(1) == ours(picture).top(1)


def test_an_interpreter_that_is_not_there_is_no_crash(contender: ContenderOf, tmp_path: Path) -> None:
    shop = Workshop(run=tmp_path, deploy=tmp_path, work=tmp_path, mediapipe=tmp_path / "no-python")
    found = installed_for(contender(MEDIAPIPE), shop)
    assert found["missing"] == ["mediapipe"]
    assert "no-python" in found["reason"]


def test_sizes_are_those_of_the_interpreter_that_runs_it(contender: ContenderOf, tmp_path: Path) -> None:
    shop = Workshop(run=tmp_path, deploy=tmp_path, work=tmp_path, mediapipe=None)
    found = installed_for(contender("edgesmith-int8.onnx"), shop)
    assert found["bytes"] > 1e7
    assert found["missing"] == []

"""Bills of materials of what is installed here."""

import json
from importlib.metadata import Distribution, PackageNotFoundError, version

import pytest
from release import bill
from release.bill import bill_of_materials, closure


def test_edgesmith_alone_needs_numpy_and_pillow() -> None:
    assert closure("edgesmith", set()) == {"edgesmith": {"numpy", "pillow"}, "numpy": set(), "pillow": set()}


def test_an_extra_brings_its_packages_and_theirs() -> None:
    needs = closure("edgesmith", {"onnx"})
    assert needs["edgesmith"] == {"numpy", "pillow", "onnxruntime"}
    assert "flatbuffers" in needs["onnxruntime"]


def test_an_extra_of_extras_brings_all_of_them() -> None:
    assert set(closure("edgesmith", {"all"})) > set(closure("edgesmith", {"litert"})) | {
        "tensorflow",
        "mlxtend",
    }


def test_the_document_is_valid_whole_and_repeatable() -> None:
    text = bill_of_materials("onnx")  # the library validates it against CycloneDX's own schema
    document = json.loads(text)
    by_name = {component["name"]: component for component in document["components"]}

    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert document["metadata"]["component"]["name"] == "edgesmith"
    assert by_name["numpy"]["purl"] == f"pkg:pypi/numpy@{version('numpy')}"
    assert by_name["numpy"]["licenses"]
    edgesmith = next(
        entry for entry in document["dependencies"] if entry["ref"].startswith("pkg:pypi/edgesmith@")
    )
    assert {reference.partition("@")[0] for reference in edgesmith["dependsOn"]} == {
        "pkg:pypi/numpy", "pkg:pypi/onnxruntime", "pkg:pypi/pillow",
    }  # fmt: skip
    assert "timestamp" not in document["metadata"]
    assert text == bill_of_materials("onnx")


def test_what_is_not_installed_has_no_bill(monkeypatch: pytest.MonkeyPatch) -> None:
    def without_onnxruntime(name: str) -> Distribution:
        if name == "onnxruntime":
            raise PackageNotFoundError(name)
        return Distribution.from_name(name)

    monkeypatch.setattr(bill, "distribution", without_onnxruntime)
    with pytest.raises(PackageNotFoundError):
        bill_of_materials("onnx")
    assert bill_of_materials(None)

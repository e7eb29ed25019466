from importlib.metadata import version

from peers.installed import installed


def test_a_package_counts_with_all_that_it_needs() -> None:
    alone, both = installed(["numpy"]), installed(["onnxruntime"])
    assert alone["versions"] == {"numpy": version("numpy")}
    assert 5e6 < alone["bytes"] < both["bytes"]  # onnxruntime needs numpy
    assert installed(["onnxruntime", "numpy"])["bytes"] == both["bytes"]  # each once


def test_extras_are_left_out() -> None:
    assert installed(["pillow"])["bytes"] < 50e6  # its extra `docs` would bring Sphinx


def test_what_is_not_there_is_named() -> None:
    assert installed(["Pillow", "no-such-package"]) == installed(["Pillow"]) | {
        "missing": ["no-such-package"]
    }

import argparse

import pytest

from edgesmith.runtime.commands.options import add_engine_options, one_of
from edgesmith.runtime.errors import OptionError


def _parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_engine_options(parser)
    return parser.parse_args(words)


def test_nothing_is_chosen_by_default() -> None:
    assert vars(_parse()) == {"threads": None, "engine": None}


def test_both_are_taken() -> None:
    assert vars(_parse("--threads", "3", "--engine", "onnxruntime")) == {
        "threads": 3,
        "engine": "onnxruntime",
    }


def test_an_unknown_engine_is_a_clear_error() -> None:
    with pytest.raises(OptionError, match="there is no engine 'onxruntime'") as caught:
        _parse("--engine", "onxruntime")
    assert caught.value.tip == (
        "did you mean 'onnxruntime'? known are ai-edge-litert, tflite-runtime, tensorflow, onnxruntime"
    )


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("litert", "ai-edge-litert"),
        ("LiteRT", "ai-edge-litert"),
        ("tflite", "tflite-runtime"),
        ("onnx", "onnxruntime"),
    ],
)
def test_a_part_of_an_engines_name_means_it(word: str, meant: str) -> None:
    with pytest.raises(OptionError) as caught:
        _parse("--engine", word)
    assert str(caught.value.tip).startswith(f"did you mean {meant!r}? ")


def test_threads_that_are_no_number_are_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        _parse("--threads", "many")
    assert caught.value.code == 2
    assert "invalid int value: 'many'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "tip"),
    [("appel", "did you mean 'apple'? known are apple, pear"), ("zzz", "known are apple, pear")],
    ids=["near", "far"],
)
def test_one_of(name: str, tip: str) -> None:
    check = one_of(("apple", "pear"), what="fruit")
    assert check("pear") == "pear"
    with pytest.raises(OptionError, match=f"there is no fruit '{name}'") as caught:
        check(name)
    assert caught.value.tip == tip

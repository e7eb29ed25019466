from collections.abc import Callable

import pytest

from edgesmith.benchmarks.worker import messages
from edgesmith.benchmarks.worker.messages import Samples
from edgesmith.runtime.errors import ModelFileError


@pytest.mark.parametrize(
    "request_",
    [
        messages.Load(model="a.onnx", threads=2, engine=None),
        messages.Load(model="a.onnx", threads=2, engine="onnxruntime"),
        messages.WarmUp(images=("a", "b"), inferences=3, seconds=0.5),
        messages.Evaluate(images=("é\n",), classes=(1,)),
        messages.ReadMemory(),
    ],
    ids=lambda request: type(request).__name__,
)
def test_a_request_is_one_line_and_comes_back(request_: messages.Request) -> None:
    line = messages.encode_request(request_)
    assert line.count("\n") == 1
    assert line.endswith("\n")
    assert messages.decode_request(line) == request_


def test_requests_of_another_version_are_refused() -> None:
    with pytest.raises(ValueError, match="no command 'Dance'"):
        messages.decode_request('{"command": "Dance"}')
    with pytest.raises(ModelFileError, match="unknown"):
        messages.decode_request('{"command": "ReadMemory", "of": "whom"}')


def test_samples_add_up_phase_by_phase(make_samples: Callable[[list[float]], Samples]) -> None:
    both = make_samples([1.0]) + make_samples([2.0, 3.0])
    assert both.invoke == (1.0, 2.0, 3.0)
    assert len(both) == 3


@pytest.mark.parametrize("bad", [float("nan"), -1.0, float("inf")])
def test_impossible_times_are_refused(make_samples: Callable[[list[float]], Samples], bad: float) -> None:
    with pytest.raises(ValueError, match="invoke time"):
        make_samples([1.0, bad])


def test_phases_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="same number"):
        messages.Samples(
            decode=(1.0,), preprocess=(1.0,), invoke=(1.0, 2.0), postprocess=(1.0,), end_to_end=(1.0,)
        )

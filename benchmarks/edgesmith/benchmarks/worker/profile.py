"""Time by operator, from the engine's own profiler.

ONNX Runtime has one. The Python interpreter of LiteRT and tflite-runtime has none (`litert-benchmark` has, in a
process of its own and on random input), so nothing is told there.
"""

import json
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from edgesmith.benchmarks.worker.messages import OperatorTime, ProfileOperators
from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.engines.options import DEFAULT_OPTIONS
from edgesmith.runtime.engines.pixels import write_pixels
from edgesmith.runtime.images import load

_KERNEL = "_kernel_time"  # ONNX Runtime's suffix for the event that holds an operator's computation


def profile_operators(classifier: Classifier, request: ProfileOperators) -> tuple[OperatorTime, ...] | None:
    """Mean times of the operators; None where the engine has no profiler. Raises `ImageError` for a bad image.

    A second session is opened for it, since profiling slows the one that is measured.
    """
    engine = classifier.engine
    if not engine.name.startswith("onnxruntime "):
        return None
    values = np.empty(engine.input_shape, engine.input_dtype)
    write_pixels(load(Path(request.image), classifier.spec.input), values)
    return read_events(_trace(request, values), inferences=request.inferences)


def _trace(request: ProfileOperators, values: np.ndarray[Any, Any]) -> list[dict[str, Any]]:
    """The events of one inference that warms up, and of those that were asked for."""
    import onnxruntime

    from edgesmith.runtime.engines.onnx import session_options

    with tempfile.TemporaryDirectory() as folder:
        options = session_options(request.threads, DEFAULT_OPTIONS)
        options.enable_profiling = True
        options.profile_file_prefix = str(Path(folder) / "profile")
        session = onnxruntime.InferenceSession(request.model, options, providers=["CPUExecutionProvider"])
        for _ in range(request.inferences + 1):
            session.run(None, {session.get_inputs()[0].name: values})
        events: list[dict[str, Any]] = json.loads(Path(session.end_profiling()).read_bytes())
    return events


def read_events(events: Sequence[dict[str, Any]], *, inferences: int) -> tuple[OperatorTime, ...]:
    """Operators in the order of execution, from ONNX Runtime's trace of `inferences` and one that warmed up.

    An event has `cat`, `name`, `dur` (microseconds) and `args.op_name` (onnxruntime docs, "Profiling Tools").
    """
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    for event in events:
        if event.get("cat") == "Node" and event["name"].endswith(_KERNEL):
            kind = event["args"]["op_name"]
            times[kind, event["name"].removesuffix(_KERNEL)].append(event["dur"] / 1000)
    return tuple(
        OperatorTime(kind=kind, name=name, milliseconds=round(sum(runs[1:]) / inferences, 4))
        for (kind, name), runs in times.items()
    )

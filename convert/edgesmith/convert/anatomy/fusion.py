"""What ONNX Runtime makes of a graph: it is asked, not guessed at.

In an ONNX file with QuantizeLinear and DequantizeLinear around every operator, the engine decides which of them
become one integer operator, by rules that depend on types, on constants and on who else reads a tensor. So the
file is optimised by the engine itself, and the result read.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnx
import onnx_ir as ir
import onnxruntime

from edgesmith.runtime.errors import EngineError

_LEVELS = onnxruntime.GraphOptimizationLevel

# What x86 does, on any machine: there, 8-bit activations are fused as uint8 only
# (onnxruntime_session_options_config_keys.h). An arm64 machine fuses int8 ones as well.
_AS_ON_X86 = ("session.qdqisint8allowed", "0")

_ELEMENTS: dict[str, int] = dict(onnx.TensorProto.DataType.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineView:
    """A graph as it came and as it would run, both with the types and shapes of their tensors.

    In `optimised`, a node keeps its name and a tensor its own where they survive.
    """

    plain: ir.Graph
    optimised: ir.Graph


def ask_onnxruntime(model: onnx.ModelProto) -> EngineView:
    """Let ONNX Runtime optimise a model whose nodes have names of their own; nothing is computed.

    Raises `EngineError` for a model that ONNX Runtime does not load.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "optimised.onnx"
        # Rewrites for one processor's layouts come behind the extended level, integer operators before.
        _session(model, _LEVELS.ORT_ENABLE_EXTENDED, optimised=file)
        return EngineView(plain=_typed(model), optimised=_typed(onnx.load(file)))


def _session(model: onnx.ModelProto, level: Any, *, optimised: Path | None = None) -> Any:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    options.log_severity_level = 4  # what is fatal; errors are raised as well
    options.intra_op_num_threads = 1
    options.add_session_config_entry(*_AS_ON_X86)
    if optimised is not None:
        options.optimized_model_filepath = str(optimised)
    try:
        return onnxruntime.InferenceSession(
            model.SerializeToString(),
            options,
            providers=["CPUExecutionProvider"],
            enable_fallback=0,  # else it prints to stdout that it tries the CPU provider again
        )
    # onnxruntime's exceptions share no base class below Exception (onnxruntime_pybind11_state).
    except Exception as error:
        raise EngineError(
            str(error).splitlines()[0],
            tip="a newer onnxruntime may be needed: pip install --upgrade onnxruntime",
        ) from error


def _typed(model: onnx.ModelProto) -> ir.Graph:
    """The graph with all types and shapes, which the engine tells of outputs only: all tensors are made some.

    onnx's own shape inference ends at the first operator of ONNX Runtime's domain.
    """
    asked = onnx.ModelProto()
    asked.CopyFrom(model)
    known = {value.name for value in asked.graph.output}
    made = {name for node in asked.graph.node for name in node.output if name}
    asked.graph.output.extend(onnx.ValueInfoProto(name=name) for name in sorted(made - known))
    outputs = _session(asked, _LEVELS.ORT_DISABLE_ALL).get_outputs()
    typed = onnx.ModelProto()
    typed.CopyFrom(model)
    del typed.graph.value_info[:]
    typed.graph.value_info.extend(_value_info(output) for output in outputs if output.name not in known)
    return ir.from_proto(typed).graph


def _value_info(output: Any) -> onnx.ValueInfoProto:
    # `tensor(uint8)`; sequences and optionals stay without a type.
    element = output.type.removeprefix("tensor(").removesuffix(")").upper()
    if element not in _ELEMENTS:
        return onnx.ValueInfoProto(name=output.name)
    return onnx.helper.make_tensor_value_info(output.name, _ELEMENTS[element], output.shape)

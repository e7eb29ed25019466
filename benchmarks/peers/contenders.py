"""Who is measured: edgesmith's files, and what people would use instead."""

from dataclasses import dataclass
from typing import Literal

Maker = Literal["keras_tflite", "keras_onnx", "tfliteconverter", "quantize_static", "tf2onnx"]

MEDIAPIPE = "mediapipe-int8.tflite"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One row of the table.

    `file`: its name in the work folder and in bench.json; its stem ends in the precision. `tool`, `made`: who made
    the file, and how. `maker`: of `make_file.py`; None for a copy of `source`. `source`: the file that it is made of;
    None for the trained Keras model. `runs_with`: the packages that must be installed where it runs. `install`: what
    brings the tool.
    """

    file: str
    tool: str
    made: str
    runs_with: tuple[str, ...]
    install: str
    maker: Maker | None = None
    source: str | None = None

    @property
    def ours(self) -> bool:
        """Whether edgesmith wrote the file and runs it."""
        return self.tool == "edgesmith"

    @property
    def precision(self) -> Literal["int8", "float32"]:
        """As its name says; what the file really is, `edgesmith inspect` finds out."""
        return "int8" if "-int8." in self.file else "float32"


_LITERT = ("ai-edge-litert", "Pillow")
_ORT = ("onnxruntime", "Pillow")
_EDGESMITH = "`pip install 'edgesmith[litert,onnx,convert]'`"
_QUANTIZE = "`pip install onnxruntime onnx sympy`"

CONTENDERS = (
    Contender(
        file="edgesmith-int8.tflite",
        tool="edgesmith",
        made="`edgesmith convert`",
        runs_with=_LITERT,
        install=_EDGESMITH,
    ),
    Contender(
        file="edgesmith-int8.onnx",
        tool="edgesmith",
        made="`edgesmith convert`",
        runs_with=_ORT,
        install=_EDGESMITH,
    ),
    Contender(
        file="edgesmith-float32.tflite",
        tool="edgesmith",
        made="`edgesmith convert`",
        runs_with=_LITERT,
        install=_EDGESMITH,
    ),
    Contender(
        file="edgesmith-float32.onnx",
        tool="edgesmith",
        made="`edgesmith convert`",
        runs_with=_ORT,
        install=_EDGESMITH,
    ),
    Contender(
        file=MEDIAPIPE,
        tool="MediaPipe Tasks",
        made="`edgesmith-int8.tflite`, byte for byte, in its ImageClassifier",
        runs_with=("mediapipe",),
        install="`python -m venv peer && peer/bin/pip install mediapipe`, then `--mediapipe peer/bin/python`",
        source="edgesmith-int8.tflite",
    ),
    Contender(
        file="tfliteconverter-int8.tflite",
        tool="TFLiteConverter",
        made="full integer post-training quantization as in TensorFlow's guide, 100 training images",
        runs_with=_LITERT,
        install="`pip install tensorflow keras`",
        maker="tfliteconverter",
    ),
    Contender(
        file="quantize_static-int8.onnx",
        tool="quantize_static",
        made="of `keras-float32.onnx`, by channel, uint8 activations, 100 training images",
        runs_with=_ORT,
        install=_QUANTIZE,
        maker="quantize_static",
        source="keras-float32.onnx",
    ),
    Contender(
        file="quantize_static-of-edgesmith-int8.onnx",
        tool="quantize_static",
        made="the same, of `edgesmith-float32.onnx`",
        runs_with=_ORT,
        install=_QUANTIZE,
        maker="quantize_static",
        source="edgesmith-float32.onnx",
    ),
    Contender(
        file="tf2onnx-int8.onnx",
        tool="tf2onnx",
        made="of `edgesmith-int8.tflite`, by its command line",
        runs_with=_ORT,
        install="`pip install tf2onnx`",
        maker="tf2onnx",
        source="edgesmith-int8.tflite",
    ),
    Contender(
        file="keras-float32.tflite",
        tool="Keras",
        made='`model.export(format="litert")`',
        runs_with=_LITERT,
        install="`pip install keras tensorflow`",
        maker="keras_tflite",
    ),
    Contender(
        file="keras-float32.onnx",
        tool="Keras",
        made='`model.export(format="onnx")`',
        runs_with=_ORT,
        install="`pip install keras tensorflow tf2onnx`",
        maker="keras_onnx",
    ),
)

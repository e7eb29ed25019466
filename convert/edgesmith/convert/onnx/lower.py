"""From `.tflite` to `.onnx`: tf2onnx reads the flatbuffer, then the passes, in this order."""

import logging
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import onnx
import onnx_ir as ir
import onnx_ir.passes.common as common_passes

from edgesmith.convert.onnx.canonical import canonicalize
from edgesmith.convert.onnx.dense_inputs import flatten_dense_inputs
from edgesmith.convert.onnx.functions import define_functions
from edgesmith.convert.onnx.passes.average_pool import round_average_pools
from edgesmith.convert.onnx.passes.clips import fold_clips
from edgesmith.convert.onnx.passes.exact_add import make_adds_exact
from edgesmith.convert.onnx.passes.exact_mean import make_means_exact
from edgesmith.convert.onnx.passes.exact_softmax import make_softmax_exact
from edgesmith.convert.onnx.passes.exact_unary import make_unaries_exact
from edgesmith.convert.onnx.passes.gemm import fuse_gemm
from edgesmith.convert.onnx.passes.identity_pairs import remove_identity_pairs
from edgesmith.convert.onnx.passes.resize import round_resizes
from edgesmith.convert.onnx.passes.unsigned import make_activations_unsigned
from edgesmith.convert.onnx.passes.zero_points import unshare_weight_zero_points
from edgesmith.runtime.errors import UnsupportedModelError

OPSET = 17
"""The newest opset tf2onnx 1.17 writes for TFLite files; ONNX Runtime reads it since 1.12."""

Pass = Callable[[ir.Graph], int]

INT8_PASSES: tuple[Pass, ...] = (
    fold_clips,
    make_activations_unsigned,
    remove_identity_pairs,
    fuse_gemm,
    make_means_exact,
    round_average_pools,
    round_resizes,
    make_adds_exact,
    make_unaries_exact,
    make_softmax_exact,
    unshare_weight_zero_points,
)


def lower(tflite: bytes, *, passes: tuple[Pass, ...]) -> bytes:
    """The ONNX model of a TFLite flatbuffer, rewritten by `passes`; deterministic.

    Raises `UnsupportedModelError` naming the step that failed and the ones before it.
    """
    model = ir.from_proto(_read_with_tf2onnx(tflite))
    done: list[str] = []
    for rewrite in passes:
        try:
            rewrite(model.graph)
        except (ValueError, KeyError) as error:
            raise UnsupportedModelError(
                f"ONNX lowering failed in {rewrite.__name__} (after {', '.join(done) or 'reading'}): {error}",
                tip="--format tflite leaves the .onnx out",
            ) from error
        done.append(rewrite.__name__)
    define_functions(model)
    common_passes.RemoveUnusedNodesPass()(model)
    canonicalize(model.graph)
    proto = ir.to_proto(model)
    # tf2onnx states its own and its Git revision; a file says what it was made from in edgesmith.json.
    proto.producer_name, proto.producer_version, proto.doc_string = "edgesmith", "", ""
    onnx.checker.check_model(proto)
    data: bytes = proto.SerializeToString(deterministic=True)
    return data


def _read_with_tf2onnx(tflite: bytes) -> onnx.ModelProto:
    # It reports every step at level INFO, and warns of TensorFlow's interpreter, which it uses for shapes.
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        import tensorflow as tf
        import tf2onnx

        file = Path(folder) / "model.tflite"
        # `tf2onnx.convert.from_tflite` is these two steps, with a deep copy of the graph before each of some
        # fifty optimizations, in case one fails: more than half of its time.
        try:
            file.write_bytes(flatten_dense_inputs(tflite))
            with tf.Graph().as_default() as empty, tf.device("/cpu:0"):
                graph = tf2onnx.tfonnx.process_tf_graph(empty, opset=OPSET, tflite_path=str(file))
                graph = tf2onnx.optimizer.optimize_graph(graph, catch_errors=False)
            proto: onnx.ModelProto = graph.make_model("")
        # tf2onnx lets whatever its handlers raise pass: KeyError, ValueError, AttributeError, its own.
        except Exception as error:
            raise UnsupportedModelError(
                f"tf2onnx cannot read the TFLite file: {error}", tip="--format tflite leaves the .onnx out"
            ) from error
    return proto

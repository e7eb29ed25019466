"""The promise: int8 ONNX in ONNX Runtime equals int8 TFLite in LiteRT bit for bit, on networks of real structure."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import onnx
import onnx_ir as ir
import pytest
from keras import layers
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph, Operator
from edgesmith.convert.normalisation import ExternalNormalisation
from edgesmith.convert.onnx.lower import INT8_PASSES, OPSET, lower
from edgesmith.convert.onnx.variants import passes_of
from edgesmith.convert.prepare import prepare_graph
from edgesmith.convert.quantization.input_offset import integer_offset
from edgesmith.convert.quantization.quantize import quantize
from edgesmith.convert.sources.keras_model import load_keras
from edgesmith.convert.tflite.read import operator_names
from edgesmith.convert.tflite.write import write_float32, write_int8
from edgesmith.runtime.errors import UnsupportedModelError
from edgesmith.runtime.imagefolder import list_images, list_labelled
from edgesmith.runtime.images import load
from edgesmith.runtime.spec import InputSpec

Runner = Callable[[bytes, NDArray[np.uint8]], NDArray[Any]]
Pictures = Callable[..., NDArray[np.uint8]]


def normalised(values: Any) -> Any:
    return layers.BatchNormalization()(values)


def separable(image: Any) -> Any:
    """SeparableConv2D with its own zero biases, max pools of both paddings, two dense layers."""
    values = layers.Rescaling(1 / 127.5, -1)(image)
    for filters, pool in ((8, layers.MaxPooling2D(2)), (8, layers.MaxPooling2D(3, 2, padding="same"))):
        values = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False)(values)
        values = pool(layers.ReLU()(normalised(values)))
    values = layers.Dense(16, activation="relu")(layers.Flatten()(values))
    return layers.Dense(5, activation="softmax")(values)


def residual(image: Any) -> Any:
    """MobileNetV2's blocks: padding before the stride, expansion, depthwise, projection, addition."""
    values = layers.Rescaling(1 / 127.5, -1)(image)
    values = layers.ZeroPadding2D(((1, 2), (1, 2)))(values)  # as no SAME pads: stays an operator
    values = layers.ReLU(6.0)(normalised(layers.Conv2D(8, 3, strides=2, use_bias=False)(values)))
    for _ in range(2):
        block = layers.ReLU(6.0)(normalised(layers.Conv2D(24, 1, use_bias=False)(values)))
        block = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(block)
        block = layers.ReLU(6.0)(normalised(block))
        values = layers.Add()([values, normalised(layers.Conv2D(8, 1, use_bias=False)(block))])
    return layers.Dense(5, activation="softmax")(layers.GlobalAveragePooling2D()(values))


def average_pools(image: Any) -> Any:
    """Average pools over even and odd windows, of both paddings."""
    values = layers.Rescaling(1 / 127.0, -1)(image)  # an offset of 127: exact
    values = layers.AveragePooling2D(2)(layers.Conv2D(8, 3, padding="same", activation="relu")(values))
    values = layers.AveragePooling2D(3, 2, padding="same")(layers.Conv2D(12, 3)(values))
    return layers.Dense(5, activation="softmax")(layers.Flatten()(values))


def concatenated(image: Any) -> Any:
    """relu6 beside a linear branch of wider range: the Clip that must not be dropped."""
    values = layers.Rescaling(1 / 127.5, -1)(image)
    left = layers.Conv2D(6, 3, padding="same", activation="relu6")(values)
    right = layers.Conv2D(6, 3, padding="same", kernel_initializer=keras.initializers.RandomNormal(0, 1.5))(
        values
    )
    values = layers.Conv2D(8, 3, strides=2, activation="relu")(layers.Concatenate()([left, right]))
    return layers.Dense(5, activation="softmax")(layers.GlobalAveragePooling2D()(values))


def grey(image: Any) -> Any:
    """One channel, two sigmoids: labels that do not exclude each other."""
    values = layers.Rescaling(1 / 255)(image)
    values = layers.ReLU()(normalised(layers.Conv2D(8, 5, strides=2, padding="same")(values)))
    values = layers.MaxPooling2D(2)(layers.Conv2D(8, 3, activation="relu")(values))
    return layers.Dense(2, activation="sigmoid")(layers.GlobalAveragePooling2D()(values))


def by_channel(image: Any) -> Any:
    """A mean for each channel before a padded convolution."""
    values = layers.Normalization(mean=[123.7, 116.3, 103.5], variance=[58.4**2, 57.1**2, 57.4**2])(image)
    values = layers.Conv2D(8, 3, strides=2, padding="same", activation="relu")(values)
    values = layers.DepthwiseConv2D(3, padding="same", activation="relu")(values)
    return layers.Dense(5, activation="softmax")(layers.GlobalAveragePooling2D()(values))


def flattened(image: Any) -> Any:
    """A Flatten of 1x1 features, which the converter merges into the dense layer; its bias must survive."""
    values = layers.Conv2D(8, 3, strides=3, activation="relu")(layers.Rescaling(1 / 255)(image))
    values = layers.Flatten()(layers.AveragePooling2D((7, 6))(values))
    bias = keras.initializers.RandomNormal(0, 1.0)
    return layers.Dense(5, activation="softmax", bias_initializer=bias)(values)


def applied_twice(image: Any) -> Any:
    """One convolution used twice, and its result added to itself."""
    shared = layers.Conv2D(6, 3, padding="same", use_bias=False, activation="relu")
    values = shared(shared(layers.Conv2D(6, 1)(layers.Rescaling(1 / 255)(image))))
    values = layers.Add()([values, values])
    return layers.Dense(5, activation="softmax")(layers.GlobalAveragePooling2D()(values))


def swishes(image: Any) -> Any:
    """MobileNetV3's block: hard-swish, and squeeze-and-excite, whose mean is over what a hard-swish left."""
    values = layers.Rescaling(1 / 127.5, -1)(image)
    values = normalised(layers.Conv2D(8, 3, strides=2, use_bias=False)(values))
    values = layers.Activation("hard_swish")(values)
    values = normalised(layers.DepthwiseConv2D(3, padding="same", use_bias=False)(values))
    values = layers.Activation("hard_swish")(values)
    excite = layers.GlobalAveragePooling2D(keepdims=True)(values)
    excite = layers.Conv2D(8, 1, activation="hard_sigmoid")(layers.Conv2D(4, 1, activation="relu")(excite))
    values = layers.Conv2D(6, 1)(layers.Multiply()([values, excite]))
    return layers.Dense(5, activation="softmax")(layers.GlobalAveragePooling2D()(values))


def leaky(image: Any) -> Any:
    """Leaky ReLUs of two slopes, and a bilinear enlargement by two."""
    values = layers.Conv2D(8, 3, strides=2, padding="same")(layers.Rescaling(1 / 127.5, -1)(image))
    values = layers.UpSampling2D(2, interpolation="bilinear")(layers.LeakyReLU(0.1)(values))
    values = layers.LeakyReLU(0.3)(layers.Conv2D(6, 3)(values))
    return layers.Dense(5, activation="softmax")(layers.GlobalAveragePooling2D()(values))


SEED = 0
NETWORKS = {
    function.__name__: function
    for function in (
        separable,
        residual,
        average_pools,
        concatenated,
        grey,
        by_channel,
        flattened,
        applied_twice,
        swishes,
        leaky,
    )
}


@dataclass(frozen=True, kw_only=True)
class Converted:
    name: str
    pixels: NDArray[np.uint8]
    scores: NDArray[np.float32]
    graph: Graph
    float32: bytes
    int8: bytes
    float32_onnx: bytes
    int8_onnx: bytes


def build(name: str, pictures: NDArray[np.uint8]) -> Any:
    """The network with glorot weights, BatchNormalization with the statistics of these pictures."""
    keras.utils.set_random_seed(SEED)
    generator = np.random.default_rng(SEED)
    image = keras.Input(pictures.shape[1:])
    model = keras.Model(image, NETWORKS[name](image))
    for layer in model.layers:
        if isinstance(layer, layers.BatchNormalization):
            values = np.asarray(keras.Model(image, layer.input)(pictures.astype(np.float32)))
            mean, variance = values.mean((0, 1, 2)), values.var((0, 1, 2))
            scale, shift = generator.uniform(0.5, 1.5, mean.shape), generator.normal(0, 0.5, mean.shape)
            layer.set_weights([scale, shift, mean, variance])
    return model


def quantized(graph: Graph, calibration: NDArray[np.uint8]) -> bytes:
    graph, _ = integer_offset(graph, calibration)
    return write_int8(quantize(graph, calibration, progress=lambda done, total: None))


@pytest.fixture(scope="module", params=NETWORKS)
def converted(
    request: pytest.FixtureRequest, make_pictures: Pictures, tmp_path_factory: pytest.TempPathFactory
) -> Converted:
    name: str = request.param
    channels = 1 if name == "grey" else 3
    calibration = make_pictures(24, height=21, width=18, channels=channels, seed=1)
    pixels = make_pictures(60, height=21, width=18, channels=channels, seed=2)
    model = build(name, calibration)
    file = tmp_path_factory.mktemp("networks") / f"{name}.keras"
    model.save(file)
    source = load_keras(file, run=None)
    labels = tuple(f"class {place}" for place in range(2 if name == "grey" else 5))
    graph = prepare_graph(source.flatbuffer, labels, ExternalNormalisation()).graph
    float32, int8 = write_float32(graph), quantized(graph, calibration)
    return Converted(
        name=name,
        pixels=pixels,
        scores=source.predict(pixels.astype(np.float32)),
        graph=graph,
        float32=float32,
        int8=int8,
        float32_onnx=lower(float32, passes=()),
        int8_onnx=lower(int8, passes=INT8_PASSES),
    )


def test_int8_onnx_equals_int8_tflite_bit_for_bit(converted: Converted, run_model: Runner) -> None:
    tflite, onnx_rows = (
        run_model(converted.int8, converted.pixels),
        run_model(converted.int8_onnx, converted.pixels),
    )
    assert tflite.dtype == onnx_rows.dtype == np.uint8
    assert np.array_equal(tflite, onnx_rows)
    # Different pictures give different answers, not one saturated one.
    assert len(np.unique(tflite, axis=0)) >= 20


def test_x86_safe_gives_the_same_bytes_from_unsigned_weights(converted: Converted, run_model: Runner) -> None:
    safe = lower(converted.int8, passes=passes_of("int8", io="uint8", x86_safe=True))
    assert np.array_equal(run_model(safe, converted.pixels), run_model(converted.int8_onnx, converted.pixels))
    types = {tensor.data_type for tensor in onnx.load_from_string(safe).graph.initializer}
    assert onnx.TensorProto.UINT8 in types
    assert onnx.TensorProto.INT8 not in types
    assert onnx.TensorProto.INT8 in {
        tensor.data_type for tensor in onnx.load_from_string(converted.int8_onnx).graph.initializer
    }


def test_int8_stays_near_keras(converted: Converted, run_model: Runner) -> None:
    rows = run_model(converted.int8, converted.pixels).astype(np.float32) / 256
    difference = np.abs(rows - converted.scores)
    # A step is 1/256; on pictures at the edge of what calibration saw, a range may end too early.
    assert difference.mean() < 0.004
    assert difference.max() < 0.1


@pytest.mark.parametrize("model_format", ["tflite", "onnx"])
def test_float32_equals_keras(converted: Converted, run_model: Runner, model_format: str) -> None:
    model = converted.float32 if model_format == "tflite" else converted.float32_onnx
    np.testing.assert_allclose(run_model(model, converted.pixels), converted.scores, atol=1e-5)


def test_int8_onnx_leaves_no_clip_in_float(converted: Converted) -> None:
    """Between DequantizeLinear and QuantizeLinear stands one operator, which ONNX Runtime fuses."""
    graph = ir.from_proto(onnx.load_from_string(converted.int8_onnx)).graph
    for node in graph:
        if node.op_type == "QuantizeLinear" and node.inputs[0] is not None:
            computing = node.inputs[0].producer()
            assert computing is not None
            assert computing.op_type not in ("Clip", "Relu", "DequantizeLinear")
            assert {value.producer().op_type for value in computing.inputs if value and value.producer()} <= {  # type: ignore[union-attr]  # checked
                "DequantizeLinear"
            }


def test_networks_exercise_what_they_are_for(converted: Converted) -> None:
    kinds = [operator.kind for operator in converted.graph.operators]
    expected: dict[str, set[str]] = {
        "separable": {"DEPTHWISE_CONV_2D", "MAX_POOL_2D", "RESHAPE", "FULLY_CONNECTED"},
        "residual": {"PAD", "ADD", "MEAN"},
        "average_pools": {"AVERAGE_POOL_2D"},
        "concatenated": {"CONCATENATION"},
        "grey": {"LOGISTIC", "MAX_POOL_2D"},
        "by_channel": {"DEPTHWISE_CONV_2D", "CONV_2D"},
        "flattened": {"AVERAGE_POOL_2D", "FULLY_CONNECTED"},
        "applied_twice": {"ADD", "CONV_2D"},
        "swishes": {"HARD_SWISH", "MUL", "MEAN"},
        "leaky": {"LEAKY_RELU", "RESIZE_BILINEAR"},
    }
    assert expected[converted.name] <= set(kinds)
    if converted.name == "by_channel":
        assert kinds[:2] == ["DEPTHWISE_CONV_2D", "CONV_2D"]
    if converted.name == "concatenated":
        assert "Clip" in [node.op_type for node in onnx.load_from_string(converted.int8_onnx).graph.node]


def softmax_of_means() -> bytes:
    """The least classifier: three colour means."""
    return write_float32(
        Graph(
            input="image",
            input_shape=(1, 4, 4, 3),
            output="scores",
            operators=(
                Operator(
                    kind="MEAN",
                    inputs=("image",),
                    output="means",
                    options={"axes": (1, 2), "keep_dims": False},
                ),
                Operator(kind="SOFTMAX", inputs=("means",), output="scores", options={"beta": 1.0}),
            ),
            constants={},
        )
    )


def test_lowering_is_deterministic_whatever_came_before(converted: Converted) -> None:
    """tf2onnx numbers its names through the whole process."""
    lower(softmax_of_means(), passes=())
    assert lower(converted.float32, passes=()) == converted.float32_onnx
    assert lower(converted.int8, passes=INT8_PASSES) == converted.int8_onnx


def test_lowered_model_names_nothing_of_the_machine(converted: Converted) -> None:
    model = onnx.load_from_string(converted.int8_onnx)
    assert (model.producer_name, model.producer_version, model.doc_string) == ("edgesmith", "", "")
    assert {opset.domain: opset.version for opset in model.opset_import}[""] == OPSET
    assert b"/tmp" not in converted.int8_onnx


def test_failing_pass_names_itself_and_those_before_it() -> None:
    def harmless(graph: ir.Graph) -> int:
        return 0

    def broken(graph: ir.Graph) -> int:
        raise KeyError("no such thing")

    with pytest.raises(UnsupportedModelError, match=r"failed in broken \(after harmless\): 'no such thing'"):
        lower(softmax_of_means(), passes=(harmless, broken))


def test_what_tf2onnx_cannot_read_is_a_clear_error() -> None:
    with pytest.raises(UnsupportedModelError, match="tf2onnx cannot read the TFLite file"):
        lower(b"no flatbuffer", passes=())


SHARED_DATA = Path(__file__).resolve().parents[4] / "shared" / "data"


@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason=f"{SHARED_DATA} is absent")
def test_resnet8_of_mlperf_tiny_is_identical_on_photos(run_model: Runner) -> None:
    """A network that others trained: average pool over 8x8 and three Adds, on 100 photos it was not calibrated on."""
    flatbuffer = (SHARED_DATA / "models" / "mlperf_tiny" / "pretrainedResnet.tflite").read_bytes()
    assert {"AVERAGE_POOL_2D", "ADD"} <= set(operator_names(flatbuffer))
    labels = tuple(f"class {place}" for place in range(10))
    graph = prepare_graph(flatbuffer, labels, ExternalNormalisation()).graph
    spec = InputSpec(height=32, width=32, channels=3)
    training = list_images(SHARED_DATA / "cats_dogs" / "train")[::14]
    test = list_labelled(SHARED_DATA / "cats_dogs" / "test").files[::5]
    calibration, pixels = (np.concatenate([load(file, spec) for file in files]) for files in (training, test))
    assert (len(calibration), len(pixels)) == (100, 100)
    int8 = quantized(graph, calibration)
    tflite = run_model(int8, pixels)
    assert np.array_equal(run_model(lower(int8, passes=INT8_PASSES), pixels), tflite)
    assert len(np.unique(tflite.argmax(1))) > 3

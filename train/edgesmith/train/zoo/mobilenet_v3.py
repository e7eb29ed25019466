"""MobileNetV3 (Howard et al., arXiv:1905.02244) of Keras, small and large, and both in minimalistic form.

Minimalistic: without squeeze-and-excite, hard-swish and 5×5 kernels, for hardware that is slow at them.

`edgesmith train flowers5 -o RUN --model mobilenet_v3_small --image-size 96 --recipe scratch --epochs 60`
"""

from collections.abc import Callable
from typing import Any

from edgesmith.train.plan import NetworkName
from edgesmith.train.zoo.mobilenet import NORMALISATION, copy_from_keras, pool_body
from edgesmith.train.zoo.network import Network

# The multipliers of the paper, section 6.1.2, figure 6.
_ALPHAS = (0.35, 0.5, 0.75, 1.0, 1.25)


def _network(name: NetworkName, application: str, *, minimalistic: bool) -> Network:
    # `application` by its name, since importing Keras takes seconds. Its own Rescaling is left out for ours.
    options = {"minimalistic": minimalistic, "include_preprocessing": False}
    return Network(
        name=name,
        default_size=224,
        normalisation=NORMALISATION,
        body=_with_application(application, pool_body, options),
        load_imagenet=_with_application(application, copy_from_keras, options),
        alphas=_ALPHAS,
        # keras.applications.mobilenet_v3.WEIGHTS_HASHES.
        imagenet_alphas=(1.0,) if minimalistic else (0.75, 1.0),
    )


def _with_application(
    name: str, act: Callable[..., Any], options: dict[str, bool]
) -> Callable[[Any, float], Any]:
    def call(subject: Any, alpha: float) -> Any:
        from edgesmith.train.backend import keras

        return act(getattr(keras.applications, name), subject, alpha, **options)

    return call


MOBILENETS_V3 = (
    _network("mobilenet_v3_small", "MobileNetV3Small", minimalistic=False),
    _network("mobilenet_v3_large", "MobileNetV3Large", minimalistic=False),
    _network("mobilenet_v3_small_minimalistic", "MobileNetV3Small", minimalistic=True),
    _network("mobilenet_v3_large_minimalistic", "MobileNetV3Large", minimalistic=True),
)

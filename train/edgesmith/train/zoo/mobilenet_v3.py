"""MobileNetV3 (Howard et al., arXiv:1905.02244) of Keras, small and large, and both in minimalistic form.

Minimalistic: without squeeze-and-excite, hard-swish and 5×5 kernels, for hardware that is slow at them.

`edgesmith train flowers5 -o RUN --model mobilenet_v3_small --image-size 96 --recipe scratch --epochs 60`
"""

from edgesmith.train.plan import NetworkName
from edgesmith.train.zoo.applications import BY_KERAS, Application
from edgesmith.train.zoo.mobilenet import NORMALISATION
from edgesmith.train.zoo.network import Network

# The multipliers of the paper, section 6.1.2, figure 6.
_ALPHAS = (0.35, 0.5, 0.75, 1.0, 1.25)


def _network(name: NetworkName, function: str, *, minimalistic: bool) -> Network:
    # The function's own Rescaling is left out for ours.
    application = Application(
        function=function,
        has_alpha=True,
        options={"minimalistic": minimalistic, "include_preprocessing": False},
    )
    return Network(
        name=name,
        default_size=224,
        normalisation=NORMALISATION,
        body=application.body,
        load_imagenet=application.load_imagenet,
        imagenet_classifier=application.classifier,
        load_imagenet_classifier=application.load_imagenet_classifier,
        weights=BY_KERAS,
        alphas=_ALPHAS,
        any_alpha=True,
        # keras.applications.mobilenet_v3.WEIGHTS_HASHES.
        imagenet_alphas=(1.0,) if minimalistic else (0.75, 1.0),
    )


MOBILENETS_V3 = (
    _network("mobilenet_v3_small", "MobileNetV3Small", minimalistic=False),
    _network("mobilenet_v3_large", "MobileNetV3Large", minimalistic=False),
    _network("mobilenet_v3_small_minimalistic", "MobileNetV3Small", minimalistic=True),
    _network("mobilenet_v3_large_minimalistic", "MobileNetV3Large", minimalistic=True),
)

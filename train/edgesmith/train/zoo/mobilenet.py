"""MobileNetV1 (Howard et al., arXiv:1704.04861) and V2 (Sandler et al., arXiv:1801.04381) of Keras."""

from edgesmith.train.zoo.applications import BY_KERAS, Application
from edgesmith.train.zoo.network import Network, Normalisation

# keras.applications.mobilenet.preprocess_input, mode "tf": x / 127.5 - 1.
NORMALISATION = Normalisation(scale=1 / 127.5, offset=-1.0)

# `sizes`: keras.applications publishes weights for these inputs.
V1_APPLICATION = Application(function="MobileNet", sizes=(128, 160, 192, 224), has_alpha=True)
V2_APPLICATION = Application(function="MobileNetV2", sizes=(96, 128, 160, 192, 224), has_alpha=True)

MOBILENET_V1 = Network(
    name="mobilenet_v1",
    default_size=224,
    normalisation=NORMALISATION,
    body=V1_APPLICATION.body,
    load_imagenet=V1_APPLICATION.load_imagenet,
    imagenet_classifier=V1_APPLICATION.classifier,
    load_imagenet_classifier=V1_APPLICATION.load_imagenet_classifier,
    weights=BY_KERAS,
    alphas=(0.25, 0.5, 0.75, 1.0),
    any_alpha=True,
)

MOBILENET_V2 = Network(
    name="mobilenet_v2",
    default_size=224,
    normalisation=NORMALISATION,
    body=V2_APPLICATION.body,
    load_imagenet=V2_APPLICATION.load_imagenet,
    imagenet_classifier=V2_APPLICATION.classifier,
    load_imagenet_classifier=V2_APPLICATION.load_imagenet_classifier,
    weights=BY_KERAS,
    alphas=(0.35, 0.5, 0.75, 1.0, 1.3, 1.4),
    any_alpha=True,
)

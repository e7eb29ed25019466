"""The classic networks of keras.applications, for comparison: large, and strong as frozen bases.

Three ways to normalise, those of keras.applications' `preprocess_input`, as layers of the model:
"tf", x / 127.5 - 1; "torch", the mean and standard deviation of each channel of ImageNet; and "caffe", minus
the mean of each channel, in the order blue, green, red. Here the pixels stay in the order red, green, blue, and
the first convolution's input channels are turned round when weights of keras.applications are loaded.
"""

from typing import Literal

from edgesmith.train.plan import NetworkName
from edgesmith.train.zoo.applications import BY_KERAS, Application
from edgesmith.train.zoo.network import Network, Normalisation

_Mode = Literal["tf", "torch", "caffe"]

# keras.applications.imagenet_utils._preprocess_numpy_input.
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)
_NORMALISATIONS: dict[_Mode, Normalisation] = {
    "tf": Normalisation(scale=1 / 127.5, offset=-1.0),
    "torch": Normalisation(
        scale=tuple(1 / 255 / deviation for deviation in _DEVIATION),
        offset=tuple(-mean / deviation for mean, deviation in zip(_MEAN, _DEVIATION, strict=True)),
    ),
    "caffe": Normalisation(scale=1.0, offset=(-123.68, -116.779, -103.939)),
}


def _network(name: NetworkName, application: Application, *, mode: _Mode, smallest_size: int) -> Network:
    return Network(
        name=name,
        default_size=application.default_size,
        smallest_size=smallest_size,
        normalisation=_NORMALISATIONS[mode],
        body=application.body,
        load_imagenet=application.load_imagenet,
        imagenet_classifier=application.classifier,
        load_imagenet_classifier=application.load_imagenet_classifier,
        weights=BY_KERAS,
        bgr_layer=application.bgr_layer,
    )


# `smallest_size`: the `min_size` of each function.
CLASSIC_NETWORKS = (
    _network(
        "vgg16", Application(function="VGG16", bgr_layer="block1_conv1"), mode="caffe", smallest_size=32
    ),
    _network(
        "vgg19", Application(function="VGG19", bgr_layer="block1_conv1"), mode="caffe", smallest_size=32
    ),
    _network(
        "resnet50", Application(function="ResNet50", bgr_layer="conv1_conv"), mode="caffe", smallest_size=32
    ),
    _network(
        "inception_v3", Application(function="InceptionV3", default_size=299), mode="tf", smallest_size=75
    ),
    _network("xception", Application(function="Xception", default_size=299), mode="tf", smallest_size=71),
    _network("densenet121", Application(function="DenseNet121"), mode="torch", smallest_size=32),
    _network("nasnet_mobile", Application(function="NASNetMobile"), mode="tf", smallest_size=32),
    _network(
        "inception_resnet_v2",
        Application(function="InceptionResNetV2", default_size=299),
        mode="tf",
        smallest_size=75,
    ),
)

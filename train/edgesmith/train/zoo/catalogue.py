"""Every network by its name on the command line."""

from edgesmith.runtime.commands.options import one_of
from edgesmith.train.zoo.classic import CLASSIC_NETWORKS
from edgesmith.train.zoo.custom import custom_network, is_custom
from edgesmith.train.zoo.efficientnet_lite0 import EFFICIENTNET_LITE0
from edgesmith.train.zoo.mobilenet import MOBILENET_V1, MOBILENET_V2
from edgesmith.train.zoo.mobilenet_v3 import MOBILENETS_V3
from edgesmith.train.zoo.network import Network
from edgesmith.train.zoo.plain import CONVNET_MNIST, CONVNET_SMALL, SEPARABLE_FASHION
from edgesmith.train.zoo.separable_small import SEPARABLE_SMALL

NETWORKS: dict[str, Network] = {
    network.name: network
    for network in (
        MOBILENET_V1,
        MOBILENET_V2,
        *MOBILENETS_V3,
        EFFICIENTNET_LITE0,
        *CLASSIC_NETWORKS,
        SEPARABLE_SMALL,
        SEPARABLE_FASHION,
        CONVNET_MNIST,
        CONVNET_SMALL,
    )
}


def find_network(name: str) -> Network:
    """The network of that name, or the one behind `module:function`. Raises `OptionError` for what is none."""
    if is_custom(name):
        return custom_network(name)
    return NETWORKS[one_of(tuple(NETWORKS), what="model")(name)]

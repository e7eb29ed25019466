"""Every network by its name on the command line."""

from edgesmith.train.plan import NetworkName
from edgesmith.train.zoo.efficientnet_lite0 import EFFICIENTNET_LITE0
from edgesmith.train.zoo.mobilenet import MOBILENET_V1, MOBILENET_V2
from edgesmith.train.zoo.mobilenet_v3 import MOBILENETS_V3
from edgesmith.train.zoo.network import Network
from edgesmith.train.zoo.separable_small import SEPARABLE_SMALL

NETWORKS: dict[NetworkName, Network] = {
    network.name: network
    for network in (MOBILENET_V1, MOBILENET_V2, *MOBILENETS_V3, EFFICIENTNET_LITE0, SEPARABLE_SMALL)
}

"""What each network costs, so that `edgesmith models` can say it at once. A test counts the layers."""

from dataclasses import dataclass

from edgesmith.train.plan import NetworkName


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The network as `edgesmith train` builds it, head included, at the reference size and class count.

    That is `default_size`, `default_alpha` and the first of `channels` of its `Network`; `outputs`: 1000 for
    ImageNet, 1 for a sigmoid. `parameters`: all weights, those of BatchNormalization's statistics with them.
    `macs`: multiply-accumulates of the convolutions and dense layers for one image.
    """

    parameters: int
    macs: int
    outputs: int = 1000


REFERENCES: dict[NetworkName, Reference] = {
    "mobilenet_v1": Reference(parameters=4_253_864, macs=568_740_352),
    "mobilenet_v2": Reference(parameters=3_538_984, macs=300_774_272),
    "mobilenet_v3_small": Reference(parameters=1_516_120, macs=55_472_576),
    "mobilenet_v3_large": Reference(parameters=3_957_352, macs=215_040_960),
    "mobilenet_v3_small_minimalistic": Reference(parameters=1_018_000, macs=51_250_624),
    "mobilenet_v3_large_minimalistic": Reference(parameters=2_398_608, macs=207_587_904),
    "efficientnet_lite0": Reference(parameters=4_694_024, macs=385_187_552),
    "vgg16": Reference(parameters=15_227_688, macs=15_347_142_656),
    "vgg19": Reference(parameters=20_537_384, macs=19_508_940_800),
    "resnet50": Reference(parameters=25_636_712, macs=3_857_973_248),
    "inception_v3": Reference(parameters=23_851_784, macs=5_713_216_096),
    "xception": Reference(parameters=22_910_480, macs=8_357_403_496),
    "densenet121": Reference(parameters=8_062_504, macs=2_834_161_664),
    "nasnet_mobile": Reference(parameters=5_326_716, macs=563_638_816),
    "inception_resnet_v2": Reference(parameters=55_873_736, macs=13_155_794_016),
    "separable_small": Reference(parameters=22_181, macs=1_790_272, outputs=10),
    "separable_fashion": Reference(parameters=265_290, macs=10_403_456, outputs=10),
    "convnet_mnist": Reference(parameters=93_322, macs=2_794_240, outputs=10),
    "convnet_small": Reference(parameters=3_453_121, macs=236_095_488, outputs=1),
}

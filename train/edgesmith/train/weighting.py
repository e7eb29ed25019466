"""`--class-weights balanced`: every class counts the same in the loss, however many images it has."""

import numpy as np
from numpy.typing import NDArray


def class_weights(classes: NDArray[np.int64], count: int) -> NDArray[np.float32]:
    """Weights float32 [count], n / (count * images of the class); their mean over the images is 1.

    The formula of scikit-learn's `compute_class_weight("balanced")` (King and Zeng 2001). A class without
    images gets 0.
    """
    images = np.bincount(classes, minlength=count)
    weights = np.divide(len(classes), count * images, out=np.zeros(count), where=images > 0)
    return weights.astype(np.float32)

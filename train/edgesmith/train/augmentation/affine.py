"""Rotation, shift, shear, zoom and flip as one change of coordinates, so that pixels are resampled once.

A chain of Keras' own layers resamples for each: four to five times slower, and blurrier each time.
"""

from typing import Any

from edgesmith.train.augmentation.settings import Augmentation
from edgesmith.train.backend import keras


class RandomAffine(keras.layers.RandomRotation):  # type: ignore[misc]  # keras has no types
    """Keras' `RandomRotation` with the rest of the matrix that Keras composes drawn too.

    Images [b, h, w, c] of any range keep it; what comes from outside repeats the nearest edge pixel.
    """

    def __init__(self, augmentation: Augmentation, **options: Any) -> None:
        super().__init__(augmentation.rotation / 360, fill_mode="nearest", **options)
        self._augmentation = augmentation

    def get_random_transformation(
        self,
        data: Any,
        training: bool = True,  # noqa: ARG002  # Keras' signature; it asks only in training
        seed: Any = None,
    ) -> dict[str, Any]:
        """The matrix from output to input coordinates, float32 [b, 8], row by row without the last 1."""
        seed = seed or self._get_seed_generator(self.backend._backend)
        wanted, random, numpy = self._augmentation, self.backend.random, self.backend.numpy
        count, height, width, _ = self.backend.shape(data)

        def draw(extent: float, centre: float = 0.0) -> Any:
            return random.uniform((count,), centre - extent, centre + extent, seed=seed)

        matrix = self._compute_affine_matrix(
            center_x=0.5,
            center_y=0.5,
            angle=draw(wanted.rotation),
            translate_x=draw(wanted.width_shift * width),
            translate_y=draw(wanted.height_shift * height),
            scale=draw(wanted.zoom, centre=1.0),
            shear_x=draw(wanted.shear),
            shear_y=numpy.zeros([count]),
            height=height,
            width=width,
        )
        if wanted.horizontal_flip:
            flips = random.uniform((count, 1), seed=seed) < 0.5
            matrix = numpy.where(flips, _mirrored(matrix, width, numpy), matrix)
        return {"rotation_matrix": matrix}


def _mirrored(matrix: Any, width: int, numpy: Any) -> Any:
    """The matrix [b, 8] that reads column width - 1 - x where the given one reads column x."""
    column, rest = matrix[:, :3], matrix[:, 3:]
    return numpy.concatenate([numpy.array([[0.0, 0.0, width - 1.0]], "float32") - column, rest], axis=1)

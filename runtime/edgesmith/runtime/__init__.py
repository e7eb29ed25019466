"""On the device: open a model file, classify pictures, check the file. Needs numpy, Pillow and one engine."""

from edgesmith.runtime.classifier import Classifier
from edgesmith.runtime.errors import EdgesmithError
from edgesmith.runtime.scores import Prediction, Scores

__all__ = ["Classifier", "EdgesmithError", "Prediction", "Scores"]

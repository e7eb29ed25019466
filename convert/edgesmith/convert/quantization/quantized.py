"""The type that quantization hands to the writers: a graph and where its codes lie."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgesmith.convert.graph import Graph
from edgesmith.convert.quantization.scales import ActivationRange


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantizedGraph:
    """A graph whose input offset is an integer, with everything its int8 file needs.

    `reference`: the float graph that it approximates, tensor by tensor. `ranges`: of every activation, by tensor name. `weight_bounds`: the largest magnitude of each output
    channel, [channels] or [1], by the weights' name. `keep_float`: outputs of the operators that stay float.
    """

    graph: Graph
    reference: Graph
    ranges: Mapping[str, ActivationRange]
    weight_bounds: Mapping[str, NDArray[np.float32]]
    keep_float: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.graph.input_offset != np.round(self.graph.input_offset):
            raise ValueError(f"an input offset of {self.graph.input_offset} is no zero point")

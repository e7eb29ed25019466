"""The reference kernel: work that has nothing to do with any model, and so tells how quick the machine is just now."""

import time

import numpy as np

from edgesmith.benchmarks.worker.timing import milliseconds

# 128 products of two 64x64 float32 matrices, 67 million operations over 6 MB. One product has 64 * 64 * 64 =
# 262,144 multiply-accumulates, up to which OpenBLAS stays on one thread whatever its environment says
# (interface/gemm.c, SMP_THRESHOLD_MIN * GEMM_MULTITHREAD_THRESHOLD). 6 MB are read and written each time, since
# a kernel inside the first cache would not feel a neighbour who takes the memory's bandwidth; a network does.
_MATRICES, _SIDE = 128, 64
_LONGEST_SECONDS = 0.5  # an emulated board takes a second for each, which would be most of a benchmark


def time_reference(repeats: int) -> tuple[float, ...]:
    """Time the kernel `repeats` times, or for half a second, after one untimed; milliseconds. The inputs are the same everywhere."""
    generator = np.random.default_rng(0)
    shape = (_MATRICES, _SIDE, _SIDE)
    left = generator.standard_normal(shape, dtype=np.float32)
    right = generator.standard_normal(shape, dtype=np.float32)
    product = np.empty(shape, np.float32)
    np.matmul(left, right, out=product)
    times: list[float] = []
    end = time.perf_counter() + _LONGEST_SECONDS
    while len(times) < repeats and (not times or time.perf_counter() < end):
        start = time.perf_counter_ns()
        np.matmul(left, right, out=product)
        times.append(milliseconds(time.perf_counter_ns() - start))
    return tuple(times)

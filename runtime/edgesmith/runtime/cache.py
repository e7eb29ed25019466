"""Where work is kept that can be done again: data written out as images, features of frozen networks, emulated boards."""

import os
from pathlib import Path
from typing import Literal

CacheKind = Literal["data", "features", "emulated"]


def cache_folder(kind: CacheKind) -> Path:
    """`$EDGESMITH_CACHE/<kind>`, else `$XDG_CACHE_HOME/edgesmith/<kind>`, else `~/.cache/edgesmith/<kind>`.

    Absolute; it need not exist. An empty variable counts as unset, and so does a relative `XDG_CACHE_HOME`
    (XDG Base Directory Specification 0.8, "Basics").
    """
    own = os.environ.get("EDGESMITH_CACHE")
    if own:
        return Path(own).expanduser().absolute() / kind
    shared = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (shared if shared.is_absolute() else Path.home() / ".cache") / "edgesmith" / kind

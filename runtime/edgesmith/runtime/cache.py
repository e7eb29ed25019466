"""Where work is kept that can be done again: data as images, features of frozen networks, boards, a certificate."""

import os
from pathlib import Path
from typing import Literal

CacheKind = Literal["data", "features", "emulated", "certificates"]


def cache_folder(kind: CacheKind) -> Path:
    """`$EDGESMITH_CACHE/<kind>`, else `$XDG_CACHE_HOME/edgesmith/<kind>`, else `~/.cache/edgesmith/<kind>`.

    Absolute; it need not exist. An empty variable counts as unset, and so does a relative `XDG_CACHE_HOME`
    (XDG Base Directory Specification 0.8, "Basics").
    """
    own = os.environ.get("EDGESMITH_CACHE")
    if own:
        return Path(own).expanduser().absolute() / kind
    return xdg_folder("XDG_CACHE_HOME", ".cache") / "edgesmith" / kind


def xdg_folder(variable: str, default: str) -> Path:
    """The folder that `variable` of the XDG Base Directory Specification names, else `default` below home."""
    named = Path(os.environ.get(variable, ""))
    return named if named.is_absolute() else Path.home() / default

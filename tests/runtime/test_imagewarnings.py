import warnings

import pytest

from edgesmith.runtime.imagewarnings import without_image_warnings


def test_pillows_alone_are_silent() -> None:
    with without_image_warnings():
        warnings.warn_explicit("odd EXIF", UserWarning, "TiffImagePlugin.py", 1, module="PIL.TiffImagePlugin")
        with pytest.raises(UserWarning, match="ours"):
            warnings.warn_explicit("ours", UserWarning, "images.py", 1, module="edgesmith.runtime.images")


def test_only_inside() -> None:
    with without_image_warnings():
        pass
    with pytest.raises(UserWarning, match="odd EXIF"):
        warnings.warn_explicit("odd EXIF", UserWarning, "TiffImagePlugin.py", 1, module="PIL.TiffImagePlugin")

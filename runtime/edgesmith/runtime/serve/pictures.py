"""The picture in a request: the body itself, or the part `image` of a form."""

from edgesmith.runtime.serve.forms import parts_named
from edgesmith.runtime.web.problems import RefusedError

FIELD = "image"
_FORM = "multipart/form-data"

# First bytes of what cameras, phones and browsers send. TIFF and PPM, which the runtime reads too, are not for
# strangers: TIFF's tiles may claim gigabytes that its header does not.
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM")
_KINDS = "JPEG, PNG, WebP, GIF and BMP are read"
_HOW = "curl --data-binary @photo.jpg -H 'Content-Type: image/jpeg' ADDRESS, or curl --form image=@photo.jpg ADDRESS"


def require_content_type(content_type: str) -> None:
    """Raise `RefusedError` 415 unless it is `image/…` or `multipart/form-data`, before the body is read."""
    kind = _kind_of(content_type)
    if not (kind.startswith("image/") or kind == _FORM):
        raise RefusedError(415, "the Content-Type is neither image/* nor multipart/form-data", tip=_HOW)


def picture_of(content_type: str, body: bytes) -> bytes:
    """The bytes of one picture, of a kind that is read.

    Raises `RefusedError`: 400 for a form that is malformed or has not exactly one picture, 415 for no picture.
    """
    picture = body
    if _kind_of(content_type) == _FORM:
        pictures = parts_named(FIELD, content_type, body)
        if len(pictures) != 1:
            message = f"the form has {len(pictures)} parts {FIELD!r}; exactly one is needed"
            raise RefusedError(400, message, tip=_HOW)
        picture = pictures[0]
    if not (picture.startswith(_BEGINNINGS) or (picture[:4] == b"RIFF" and picture[8:12] == b"WEBP")):
        raise RefusedError(415, "the body is no picture of a kind that is read", tip=_KINDS)
    return picture


def _kind_of(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()

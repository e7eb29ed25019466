import io

import pytest

from edgesmith.runtime import protobuf
from edgesmith.runtime.protobuf import Field, fields


def test_fields_of_every_wire_type_are_passed() -> None:
    data = b"\x08\x96\x01" + b"\x11" + bytes(8) + b"\x1d" + bytes(4) + b"\x72\x02ab" + b"\x0a\x00"
    assert list(fields(io.BytesIO(data), 0, len(data))) == [
        Field(number=14, key=17, start=19, end=21),
        Field(number=1, key=21, start=23, end=23),
    ]


def test_a_message_of_too_many_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protobuf, "MAX_FIELDS", 3)
    with pytest.raises(ValueError, match="more than 3 fields"):
        list(fields(io.BytesIO(b"\x72\x00" * 4), 0, 8))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        pytest.param(b"\x72\x05\x0a", EOFError, id="a field beyond the end"),
        pytest.param(b"\x72\xff", EOFError, id="half a number"),
        pytest.param(b"\xff" * 20, ValueError, id="an endless number"),
        pytest.param(b"\x73\x00", ValueError, id="a wire type of old"),
    ],
)
def test_what_is_no_message(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        list(fields(io.BytesIO(data), 0, len(data)))

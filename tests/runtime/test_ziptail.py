import io
import tracemalloc
import zipfile

import pytest

from edgesmith.runtime import ziptail
from edgesmith.runtime.ziptail import DAMAGE, open_tail, read_entry


def _archive(entries: dict[str, bytes], *, method: int = zipfile.ZIP_STORED) -> io.BytesIO:
    stream = io.BytesIO(b"what precedes the archive")
    with zipfile.ZipFile(stream, "a", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return stream


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
def test_an_entry_is_read(method: int) -> None:
    with open_tail(_archive({"a": b"x" * 70_000, "b": b"y"}, method=method)) as archive:
        assert read_entry(archive, "a", limit=100_000) == b"x" * 70_000


def test_one_byte_more_than_the_limit_shows_that_it_is_larger() -> None:
    with open_tail(_archive({"a": b"x" * 10})) as archive:
        assert read_entry(archive, "a", limit=4) == b"x" * 5


def test_too_many_entries() -> None:
    names = {str(number): b"" for number in range(ziptail.MAX_ENTRIES + 1)}
    with pytest.raises(zipfile.BadZipFile, match="more than 256 entries"), open_tail(_archive(names)):
        pass


def test_a_directory_larger_than_can_be_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ziptail, "MAX_READ", 4000)
    names = {"n" * 1000 + str(number): b"" for number in range(5)}
    with (
        pytest.raises(zipfile.BadZipFile, match="a part of more than 4000 bytes"),
        open_tail(_archive(names)),
    ):
        pass


def test_an_entry_that_unpacks_to_more_than_it_says_is_not_unpacked() -> None:
    bomb = _archive({"a": bytes(200_000_000)}, method=zipfile.ZIP_DEFLATED).getvalue()
    lie = bytearray(bomb)
    directory = lie.index(b"PK\x01\x02")
    lie[directory + 24 : directory + 28] = (100).to_bytes(4, "little")  # its unpacked size
    tracemalloc.start()
    with pytest.raises(DAMAGE), open_tail(io.BytesIO(lie)) as archive:
        read_entry(archive, "a", limit=1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000

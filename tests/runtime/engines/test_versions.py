import pytest

from edgesmith.runtime.engines.versions import first_release


@pytest.mark.parametrize(
    ("operator", "version", "release"),
    [
        pytest.param("FULLY_CONNECTED", 12, "2.17.0", id="listed"),
        pytest.param("CONV_2D", 1, "1.5.0", id="the first"),
        pytest.param("SOFTMAX", 99, None, id="a version of the future"),
        pytest.param("BROADCAST_TO", 1, None, id="a version that was withdrawn"),
        pytest.param("CONV_2D", 0, None, id="no version"),
        pytest.param("WHIRL", 1, None, id="no operator"),
    ],
)
def test_the_release_that_brought_a_version(operator: str, version: int, release: str | None) -> None:
    assert first_release(operator, version) == release

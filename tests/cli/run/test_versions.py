from edgesmith.cli.run import versions
from edgesmith.cli.run.stages import STAGE_KINDS


def test_every_stage_depends_on_edgesmith_and_python() -> None:
    for kind in STAGE_KINDS:
        found = versions.versions_for(kind)
        assert found["edgesmith"]
        assert found["python"]


def test_what_is_not_installed_has_no_version() -> None:
    assert versions._version("no-such-package-of-ours") is None

"""Labels from a file, a RUN or a model. What the command says of bad ones stands in test_command."""

from pathlib import Path

import pytest

from edgesmith.convert.labels import choose_labels, read_labels
from edgesmith.runtime.errors import DataError, OptionError
from edgesmith.runtime.runrecord import RunRecord


def test_blank_lines_and_spaces_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("  red \n\nblue\n\n")
    assert read_labels(tmp_path / "labels.txt") == ("red", "blue")


def test_long_lists_are_shortened_in_messages(tmp_path: Path) -> None:
    lines = [f"label {number}" for number in range(1000)]
    (tmp_path / "labels.txt").write_text("\n".join([*lines, *lines]))
    with pytest.raises(DataError) as refusal:
        read_labels(tmp_path / "labels.txt")
    assert "'label 4' … (1000 labels)" in str(refusal.value)


def test_the_model_brings_its_own(run_folder: Path) -> None:
    run = RunRecord.load(run_folder)
    assert choose_labels(None, run, run) == run.labels


def test_nobody_says() -> None:
    with pytest.raises(OptionError, match="does not say what its outputs mean"):
        choose_labels(None, None, None)

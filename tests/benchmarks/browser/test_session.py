from itertools import islice
from pathlib import Path

import pytest

from edgesmith.benchmarks.browser.events import Registration
from edgesmith.benchmarks.browser.session import Session, _labels, open_session
from edgesmith.runtime.errors import DataError, OutputError

MEASURED = {"models": [["a.tflite", "0" * 64]], "data": "1", "plan": {"threads": (1, 2)}}


def _begun(folder: Path) -> Session:
    session = open_session(folder, MEASURED, resume=False)
    session.begin(8765)
    return session


def test_nothing_is_written_before_it_begins(tmp_path: Path) -> None:
    open_session(tmp_path / "phones", MEASURED, resume=True)
    assert not (tmp_path / "phones").exists()


def test_a_session_is_gone_on_with_only_when_asked_for(tmp_path: Path) -> None:
    first = _begun(tmp_path / "phones")
    with pytest.raises(OutputError, match="holds what phones have measured"):
        open_session(tmp_path / "phones", MEASURED, resume=False)
    again = open_session(tmp_path / "phones", MEASURED, resume=True)
    assert again.kept == first.kept
    assert again.kept.port == 8765


def test_another_benchmark_is_no_continuation(tmp_path: Path) -> None:
    _begun(tmp_path / "phones")
    with pytest.raises(DataError, match="data was '1' and is '2'"):
        open_session(tmp_path / "phones", {**MEASURED, "data": "2"}, resume=True)


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bench.json").write_text("{}")
    with pytest.raises(OutputError, match="not empty"):
        open_session(tmp_path, MEASURED, resume=True)


@pytest.mark.parametrize("text", ["", "{}", "[1", '{"schema": "edgesmith.phone-session/2"}'], ids=repr)
def test_a_damaged_session_says_so(tmp_path: Path, text: str) -> None:
    _begun(tmp_path)
    (tmp_path / "journal" / "session.json").write_text(text)
    with pytest.raises(DataError, match=r"session\.json"):
        open_session(tmp_path, MEASURED, resume=True)


@pytest.mark.parametrize("line", ['{"seq": 1}', "nonsense", '{"seq":1,"at_ms":-1,"type":"done"}'])
def test_a_damaged_journal_says_so(tmp_path: Path, line: str) -> None:
    session = _begun(tmp_path)
    device = session.register(Registration(name="a")).head.device
    with (tmp_path / "journal" / f"{device}.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(DataError, match="is not what edgesmith writes") as caught:
        open_session(tmp_path, MEASURED, resume=True)
    assert device in str(caught.value)


def test_a_phone_that_was_killed_while_it_registered_never_was(tmp_path: Path) -> None:
    _begun(tmp_path)
    (tmp_path / "journal" / "000-x.jsonl").write_text('{"name": "a')
    assert open_session(tmp_path, MEASURED, resume=True).phones == {}


def test_when_nobody_came_the_folder_is_as_it_was(tmp_path: Path) -> None:
    _begun(tmp_path / "phones").forget()
    assert not (tmp_path / "phones").exists()


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Pixel 8", "pixel-8"),
        ("../../etc/passwd", "etc-passwd"),
        ("日本", "phone"),
        (".", "phone"),
        ("journal", "journal"),
        ("a" * 60, "a" * 40),
        ("--x", "x"),
    ],
)
def test_labels_are_safe_as_folders(name: str, label: str) -> None:
    assert list(islice(_labels(name), 3)) == [label, f"{label}-2", f"{label}-3"]


def test_no_phone_takes_the_journals_folder(tmp_path: Path) -> None:
    assert _begun(tmp_path).register(Registration(name="Journal")).head.label == "journal-2"

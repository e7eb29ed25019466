"""What runs again after which change; the parts are replaced, their files are real."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.run.conftest import FakeParts, Killed

from edgesmith.cli import main

Run = Callable[..., dict[str, Any]]
Change = Callable[[str, str], None]

ALL = ["check", "train", "convert", "verify", "bench"]


def ran(document: dict[str, Any]) -> dict[str, list[str]]:
    """Why each stage ran that did."""
    return {stage["stage"]: stage["why"] for stage in document["stages"] if stage["standing"] == "done"}


def files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (folder / "results" / "deploy").rglob("*.tflite")}


def test_the_first_run_runs_everything(run: Run, parts: FakeParts, project: Path) -> None:
    document = run()

    assert parts.commands == ALL
    assert document["schema"] == "edgesmith.pipeline/1"
    assert document["reports"] == [str(project / "results" / "bench" / "report.html")]
    assert {path.name for path in (project / "results").iterdir()} == {
        ".edgesmith",
        "bench",
        "check.json",
        "deploy",
        "runs",
        "verify",
    }


def test_the_second_run_runs_nothing(run: Run, parts: FakeParts) -> None:
    run()
    document = run()

    assert parts.calls == []
    assert {stage["standing"] for stage in document["stages"]} == {"unchanged"}
    assert document["reports"]


@pytest.mark.parametrize(
    ("old", "new", "expected", "why"),
    [
        ("threads = [1]", "threads = [2]", ["bench"], "threads [1] → [2]"),
        ("epochs = 5", "epochs = 9", ["train", "convert", "verify", "bench"], "epochs 5 → 9"),
        (
            "[bench]",
            '[convert]\nio = "int8"\n[bench]',
            ["convert", "verify", "bench"],
            "io nothing stated → 'int8'",
        ),
        ("[bench]", "[check]\nnear_distance = 9\n[bench]", ["check"], "near_distance nothing stated → 9"),
        (
            'data = "photos"',
            'data = "photos"\nseed = 3',
            ["train", "convert", "verify", "bench"],
            "seed 0 → 3",
        ),
    ],
    ids=["bench", "train", "convert", "check", "seed"],
)
def test_only_what_a_setting_concerns_runs_again(
    old: str, new: str, expected: list[str], why: str, run: Run, change: Change
) -> None:
    run()
    change(old, new)
    document = run()

    assert [name.partition(" ")[0] for name in ran(document)] == expected
    assert ran(document)[document_stage(expected[0])] == [why]


def document_stage(kind: str) -> str:
    return kind if kind in ("check", "bench") else f"{kind} lite0"


@pytest.mark.parametrize(
    ("alter", "why"),
    [
        (lambda photos: (photos / "cat" / "9.jpg").write_text("new"), "1 added (cat/9.jpg)"),
        (lambda photos: (photos / "dog" / "1.jpg").unlink(), "1 removed (dog/1.jpg)"),
        (lambda photos: (photos / "cat" / "0.jpg").write_text("other"), "1 changed (cat/0.jpg)"),
        (lambda photos: (photos / "emu").mkdir(), "1 added (emu)"),
    ],
    ids=["added", "removed", "changed", "empty class"],
)
def test_other_images_begin_anew(
    alter: Callable[[Path], object], why: str, run: Run, project: Path, parts: FakeParts
) -> None:
    run()
    alter(project / "photos")
    document = run()

    assert "check" in parts.commands
    assert "train" in parts.commands
    assert ran(document)["train lite0"] == [f"data 'photos': {why}"]


def test_hidden_files_and_the_settings_are_no_images(
    run: Run, project: Path, parts: FakeParts, change: Change
) -> None:
    change('data = "photos"', 'data = "."\noutput = "../made"')
    run()
    (project / ".DS_Store").write_text("x")
    change("threads = [1]", "threads = [1, 2]")
    run()

    assert parts.commands == ["bench"]


def test_the_same_network_again_converts_nothing(run: Run, parts: FakeParts, project: Path) -> None:
    run()
    (project / "results" / "runs" / "lite0" / "run.json").unlink()
    document = run()

    assert parts.commands == ["train"]
    assert ran(document)["train lite0"] == ["runs/lite0/run.json is gone"]


@pytest.mark.parametrize(
    ("file", "command"),
    [
        ("check.json", "check"),
        ("runs/lite0/model.keras", "train"),
        ("deploy/lite0/lite0-int8.tflite", "convert"),
        ("verify/lite0.json", "verify"),
        ("bench/report.html", "bench"),
    ],
)
@pytest.mark.parametrize("edited", [True, False], ids=["edited", "deleted"])
def test_an_output_that_is_not_as_it_was_made_is_made_again(
    file: str, command: str, edited: bool, run: Run, parts: FakeParts, project: Path
) -> None:
    run()
    before = files(project)
    path = project / "results" / file
    path.write_text("edited") if edited else path.unlink()
    document = run()

    assert parts.commands == [command]
    assert ran(document)[document_stage(command)] == [
        f"{file} is {'not what was made' if edited else 'gone'}"
    ]
    assert files(project) == before
    assert run()["stages"][0]["standing"] == "unchanged"
    assert parts.calls == []


def test_until_and_force(run: Run, parts: FakeParts) -> None:
    run("--until", "convert")
    assert parts.commands == ["check", "train", "convert"]
    run()
    assert parts.commands == ["verify", "bench"]
    run("--force", "bench")
    assert parts.commands == ["bench"]
    run("--force", "train lite0", "--until", "train")
    assert parts.commands == ["train"]


def test_an_unknown_stage_is_told(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--force", "trian"]) == 1
    assert "did you mean 'train'?" in capsys.readouterr().err


def test_a_dry_run_tells_what_would_run_and_writes_nothing(
    run: Run, parts: FakeParts, change: Change, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run()
    change("epochs = 5", "epochs = 9")
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*")}
    stages = {stage["stage"]: (stage["standing"], stage["why"]) for stage in run("--dry-run")["stages"]}

    assert parts.calls == []
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*")} == before
    assert stages == {
        "check": ("unchanged", []),
        "train lite0": ("would run", ["epochs 5 → 9"]),
        "convert lite0": ("depends", ["on what train lite0 comes to"]),
        "verify lite0": ("depends", ["on what convert lite0 comes to"]),
        "bench": ("depends", ["on what train lite0 comes to", "on what convert lite0 comes to"]),
    }
    assert main(["run", "--dry-run"]) == 0
    assert "train lite0          would run: epochs 5 → 9\n" in capsys.readouterr().out


def test_a_dry_run_before_everything(project: Path, parts: FakeParts, run: Run) -> None:
    assert {stage["standing"] for stage in run("--dry-run")["stages"]} == {"would run"}
    assert not (project / "results").exists()


@pytest.mark.parametrize("where", ["train", "train, at its end", "convert", "verify", "bench"])
def test_killed_and_started_again(
    where: str, run: Run, parts: FakeParts, project: Path, tmp_path: Path
) -> None:
    run()
    whole = files(project)
    (project / "results").rename(tmp_path / "aside")
    parts.killed = where
    with pytest.raises(Killed):
        run()
    parts.killed = None
    run()

    assert files(project) == whole
    # A training that had ended is not run again, and everything before the kill is not either.
    first = {"train, at its end": "convert"}.get(where, where)
    assert parts.commands == ALL[ALL.index(first) :]
    assert list((project / "results" / ".edgesmith" / "work").iterdir()) == []
    run()
    assert parts.calls == []


def test_what_was_begun_with_other_settings_is_not_gone_on_with(
    run: Run, parts: FakeParts, change: Change, project: Path
) -> None:
    parts.killed = "train"
    with pytest.raises(Killed):
        run()
    parts.killed = None
    begun = next((project / "results" / ".edgesmith" / "work").rglob("unfinished.json"))
    begun.with_name("left.txt").write_text("of the first")
    change("epochs = 5", "epochs = 9")
    run()

    assert not (project / "results" / "runs" / "lite0" / "left.txt").exists()


def test_back_to_the_settings_of_before_nothing_is_lost(run: Run, parts: FakeParts, change: Change) -> None:
    run()
    change("epochs = 5", "epochs = 9")
    parts.killed = "train"
    with pytest.raises(Killed):
        run()
    change("epochs = 9", "epochs = 5")
    run()

    assert parts.calls == []


def test_a_part_that_fails_is_quoted_with_its_settings(
    run: Run, parts: FakeParts, capsys: pytest.CaptureFixture[str]
) -> None:
    parts.codes["train"] = 1
    assert main(["run"]) == 1
    told = capsys.readouterr().err
    assert "`edgesmith train` ended with exit code 1" in told
    assert "its settings begin at line 3 of 'edgesmith.toml'" in told
    parts.codes["train"] = 2
    assert main(["run"]) == 2
    parts.codes["train"] = -9
    assert main(["run"]) == 1
    assert "was ended by SIGKILL" in capsys.readouterr().err
    parts.codes.clear()
    run()
    assert parts.commands == ALL[1:]


def test_a_conversion_that_misses_its_goal_is_measured_all_the_same(run: Run, parts: FakeParts) -> None:
    parts.codes["convert"] = 3
    document = run(code=3)
    assert parts.commands == ALL
    assert "does not reach its goal" in document["stages"][2]["gate"]
    run(code=3)
    assert parts.calls == []


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("check", "  warning: few images; collect more\n"),
        (
            "verify",
            "  lite0-int8.tflite is different on onnxruntime: the best class is equal on 1 of 4 inputs\n",
        ),
        ("bench", "bench: what was asked for is not met\n"),
    ],
)
def test_any_other_gate_ends_the_run_and_is_told(
    kind: str, told: str, run: Run, parts: FakeParts, capsys: pytest.CaptureFixture[str]
) -> None:
    parts.codes[kind] = 3
    assert main(["run"]) == 3
    assert told in capsys.readouterr().err
    assert parts.commands == ALL[: ALL.index(kind) + 1]
    run(code=3)
    assert parts.commands == [kind]
    parts.codes.clear()
    run()
    assert parts.commands == ALL[ALL.index(kind) :]


def test_a_model_may_be_called_like_a_file(run: Run, change: Change) -> None:
    change('name = "lite0"', 'name = "lite0.json"')
    run()
    assert {stage["standing"] for stage in run()["stages"]} == {"unchanged"}


def test_the_document_has_a_row_a_file_as_far_as_it_has_come(run: Run) -> None:
    rows = run("--until", "convert")["files"]
    assert rows[1] == {
        "file": "lite0-int8.tflite",
        "bytes": 2048,
        "top1": 0.75,
        "p50_ms": None,
        "verdict": None,
    }
    rows = run()["files"]
    assert (rows[1]["top1"], rows[1]["p50_ms"], rows[1]["verdict"]) == (0.5, 1.25, "identical")


def test_several_models_give_one_report(run: Run, parts: FakeParts, project: Path, change: Change) -> None:
    change("[bench]", '[[model]]\nname = "small"\nrecipe = "distill"\nteacher = "lite0"\n\n[bench]')
    document = run()

    assert parts.commands == ["check", *["train", "convert", "verify"] * 2, "bench"]
    assert "--teacher=results/runs/lite0" in parts.calls[4]
    assert parts.calls[-1][1:3] == ("results/deploy/lite0", "results/deploy/small")
    measured = json.loads((project / "results" / "bench" / "bench.json").read_text())
    assert len(measured["runs"]) == 4
    assert len(document["reports"]) == 1

    change("epochs = 5", "epochs = 9")
    document = run()
    assert ran(document)["train small"] == ["train lite0 has another result"]


def test_the_table_at_the_end(parts: FakeParts, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run"]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        f"{'file':<36}     KiB  accuracy       p50      golden",
        f"{'lite0-float32.tflite':<36}       2     50.0%   1.25 ms   identical",
        f"{'lite0-int8.tflite':<36}       2     50.0%   1.25 ms   identical",
        "report: results/bench/report.html",
    ]
    assert "  warning: few images; collect more" in printed.err
    assert "a note" not in printed.err
    assert main(["run"]) == 0
    assert "nothing has changed since last time: 5 stages, none run" in capsys.readouterr().out

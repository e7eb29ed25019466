"""The demo's chain with its commands replaced; `make demo` runs the real ones."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from edgesmith.cli import demo, main
from edgesmith.runtime.errors import EdgesmithError
from edgesmith.runtime.runrecord import DataRecord, ImageRecord, RunRecord
from edgesmith.runtime.spec import InputSpec

Capture = pytest.CaptureFixture[str]
Words = tuple[str, ...]

FILES = ("model-float32.tflite", "model-int8.tflite")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Twelve photos; the chain's split takes the second half as test images."""
    folder = tmp_path / "flowers"
    for label in ("daisy", "rose"):
        (folder / label).mkdir(parents=True)
        for number in range(6):
            (folder / label / f"{number}.jpg").write_bytes(f"{label} {number}".encode())
    return folder


class FakeCommands:
    """Stands in for `_edgesmith`: notes the words, leaves what the next step reads."""

    def __init__(self) -> None:
        self.calls: list[Words] = []
        self.bench_data = Path()

    def __call__(self, *words: str | Path) -> dict[str, Any]:
        self.calls.append(tuple(map(str, words)))
        answer: dict[str, Any] = getattr(self, f"_{words[0]}")(*words[1:])
        return answer

    def _train(self, photos: Path, _: str, run: Path, *_options: str) -> dict[str, Any]:
        run.mkdir(parents=True)
        records = [
            ImageRecord(path=f"{label}/{number}.jpg", label=index, sha256="0" * 64)
            for index, label in enumerate(("daisy", "rose"))
            for number in range(3, 6)
        ]
        RunRecord(
            labels=("daisy", "rose"),
            input=InputSpec(height=8, width=8, channels=3),
            data=DataRecord(root=str(photos), sha256="0" * 64, train=(), val=(), test=tuple(records)),
            plan={},
            metrics={},
            environment={},
            seconds={},
        ).save(run)
        return {}

    def _convert(self, *_words: object) -> dict[str, Any]:
        return {"files": [{"path": name, "bytes": 2048 * (index + 1)} for index, name in enumerate(FILES)]}

    def _predict(self, _model: Path, *images: Path) -> dict[str, Any]:
        top = [{"label": "rose", "score": 0.875, "index": 1}]
        return {"results": [{"file": str(image), "top": top} for image in images]}

    def _bench(self, *words: str | Path) -> dict[str, Any]:
        self.bench_data = Path(words[words.index("--data") + 1])
        summary = {"p50": 1.25, "p99": 2.5}
        return {"runs": [{"file": name, "accuracy": {"top1": 0.96}, "summary": summary} for name in FILES]}


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> FakeCommands:
    fake = FakeCommands()
    monkeypatch.setattr(demo, "_edgesmith", fake)
    return fake


def test_the_chain(commands: FakeCommands, photos: Path, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "out"
    assert main(["demo", "--photos", str(photos), "-o", str(out)]) == 0
    assert [call[0] for call in commands.calls] == ["train", "convert", "predict", "bench"]
    train, convert, predict, bench = commands.calls
    assert train[1:4] == (str(photos), "-o", str(out / "model"))
    assert "efficientnet_lite0" in train
    assert convert == ("convert", str(out / "model"), "-o", str(out / "deploy"))
    assert predict[1] == str(out / "deploy" / "model-int8.tflite")
    assert len(predict[2:]) == 5
    assert bench[1] == str(out / "deploy")
    assert bench[-3:] == ("-o", str(out / "bench"), "--quick")
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-4:-2] == [
        "model-float32.tflite           2     96.0%   1.25 ms   2.50 ms",
        "model-int8.tflite              4     96.0%   1.25 ms   2.50 ms",
    ]
    assert printed.out.endswith(f"open {out}/bench/report.html\n")
    assert "daisy/3.jpg is rose (88%)" in printed.err


def test_only_test_images_are_measured(commands: FakeCommands, photos: Path, tmp_path: Path) -> None:
    main(["demo", "--photos", str(photos), "-o", str(tmp_path / "out")])
    assert commands.bench_data == tmp_path / "out" / "model"  # a RUN stands for its test images


def test_json_is_one_document(commands: FakeCommands, photos: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["demo", "--photos", str(photos), "-o", str(tmp_path / "out"), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert list(document) == ["schema", "report", "seconds", "convert", "bench"]
    assert document["schema"] == "edgesmith.demo/1"
    assert len(commands.calls) == 4


def test_digits_by_default(
    commands: FakeCommands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, photos: Path
) -> None:
    written = []

    def write(folder: Path) -> None:
        written.append(folder)
        folder.parent.mkdir(parents=True)
        photos.rename(folder)

    monkeypatch.setattr("edgesmith.cli.digits.write_digits", write)
    assert main(["demo", "-o", str(tmp_path / "out")]) == 0
    assert written == [tmp_path / "out" / "digits"]
    assert commands.calls[0][1] == str(written[0])
    assert "separable_small" in commands.calls[0]


def test_an_output_folder_in_use_is_told_before_any_work(
    commands: FakeCommands, photos: Path, capsys: Capture
) -> None:
    assert main(["demo", "--photos", str(photos), "-o", str(photos)]) == 1
    assert commands.calls == []
    assert "is not empty" in capsys.readouterr().err


def test_a_command_gives_its_document(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[bytes]:
        seen.append(command)
        return subprocess.CompletedProcess(command, 0, stdout=b'{"a": 1}')

    monkeypatch.setattr(subprocess, "run", run)
    assert demo._edgesmith("train", Path("data"), "-o", "out") == {"a": 1}
    assert seen == [[sys.executable, "-P", "-m", "edgesmith", "train", "data", "-o", "out", "--json"]]


def test_a_command_that_fails_ends_the_demo(tmp_path: Path) -> None:
    with pytest.raises(EdgesmithError, match="`edgesmith verify` ended with exit code 1") as caught:
        demo._edgesmith("verify", tmp_path / "gone.onnx")
    assert caught.value.tip == "its message is above"


def test_a_failed_demo_leaves_nothing(
    commands: FakeCommands, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise EdgesmithError("no")

    monkeypatch.setattr(commands, "_convert", fail)
    assert main(["demo", "--photos", str(photos), "-o", str(tmp_path / "out")]) == 1
    assert not (tmp_path / "out").exists()
    assert photos.is_dir()


@pytest.mark.slow
def test_the_real_demo_reaches_its_bars(tmp_path: Path) -> None:
    document = demo._edgesmith("demo", "-o", tmp_path / "demo")
    int8 = {run["file"]: run["accuracy"] for run in document["bench"]["runs"] if "int8" in run["file"]}
    assert len(int8) == 2
    assert all(accuracy["images"] == 500 and accuracy["top1"] >= 0.96 for accuracy in int8.values())
    assert document["seconds"] <= 180
    assert (tmp_path / "demo" / "bench" / "report.html").is_file()

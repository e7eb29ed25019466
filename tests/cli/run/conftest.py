"""The parts' command lines, replaced by functions that write in milliseconds what the real ones write in minutes."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

import pytest

from edgesmith.cli import main
from edgesmith.cli.run import pipeline

Words = tuple[str, ...]


class Killed(BaseException):
    """Ends a run as SIGKILL does: nothing after it is done."""


class FakeParts:
    """Stands in for `parts.work`: notes the commands, writes outputs that follow from words and images alone.

    `codes`: exit codes by command, 0 where none is given; `killed`: the command in which the run ends.
    """

    def __init__(self) -> None:
        self.calls: list[Words] = []
        self.codes: dict[str, int] = {}
        self.killed: str | None = None
        self.noise = 0  # what differs from run to run: times

    def __call__(self, words: Sequence[str | Path], *, folder: Path, answer: IO[bytes], **_: object) -> int:
        command, *rest = map(str, words)
        self.calls.append((command, *rest))
        self.noise += 1
        code = self.codes.get(command, 0)
        if code in (0, 3):
            document = getattr(self, f"_{command}")(folder, rest)
            answer.write(json.dumps(document).encode())
        return code

    @property
    def commands(self) -> list[str]:
        """The first word of each call."""
        return [call[0] for call in self.calls]

    def _check(self, *_: object) -> dict[str, Any]:
        finding = {"severity": "warning", "what": "few images", "advice": "collect more"}
        return {"findings": [finding, {"severity": "note", "what": "a note", "advice": "-"}]}

    def _train(self, folder: Path, words: list[str]) -> dict[str, Any]:
        run = folder / words[2]
        run.mkdir(exist_ok=True)
        (run / "unfinished.json").write_text("{}")
        self._die("train")
        data = content(folder / words[0])
        settings = " ".join(word for word in words if word != words[2])
        (run / "model.keras").write_text(f"{settings} {data}")
        (run / "checkpoint").mkdir(exist_ok=True)
        document = {
            "labels": ["cat", "dog"],
            "input": {},
            "data": {"root": words[0], "sha256": data},
            "seconds": self.noise,
        }
        (run / "run.json").write_text(json.dumps(document))
        (run / "unfinished.json").unlink()
        self._die("train, at its end")
        return {}

    def _convert(self, folder: Path, words: list[str]) -> dict[str, Any]:
        deploy, name = folder / words[2], Path(words[0]).name
        (deploy.parent / f".{name}.partial-x").mkdir()
        self._die("convert")
        deploy.mkdir()
        files = []
        for file in (f"{name}-float32.tflite", f"{name}-int8.tflite"):
            text = " ".join([file, (folder / words[0] / "model.keras").read_text(), *words[3:]])
            (deploy / file).write_text(text)
            files.append({"path": file, "bytes": 2048, "accuracy": {"top1": 0.75}})
        (deploy / "convert.json").write_text(json.dumps({"files": files, "seconds": self.noise}))
        return {}

    def _verify(self, _: Path, words: list[str]) -> dict[str, Any]:
        self._die("verify")
        outcome = "different" if self.codes.get("verify") == 3 else "identical"
        return {
            "results": [
                {"file": word, "outcome": outcome, "engine": "onnxruntime", "top1_equal": 1, "inputs": 4}
                for word in words
            ]
        }

    def _bench(self, folder: Path, words: list[str]) -> dict[str, Any]:
        made = folder / words[words.index("-o") + 1]
        made.with_name(".bench.partial.jsonl").write_text("half")
        self._die("bench")
        made.mkdir()
        deployed = words[: words.index("--data")]
        files = sorted(file.name for place in deployed for file in (folder / place).glob("*.tflite"))
        runs = [{"file": file, "accuracy": {"top1": 0.5}, "summary": {"p50": 1.25}} for file in files]
        (made / "bench.json").write_text(json.dumps({"runs": runs, "noise": self.noise}))
        (made / "report.html").write_text("report")
        return {}

    def _die(self, where: str) -> None:
        if self.killed == where:
            raise Killed


def content(folder: Path) -> str:
    """One hash over a folder's files."""
    whole = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(f"{file.relative_to(folder)} {file.read_text()}\n".encode())
    return whole.hexdigest()


@pytest.fixture
def parts(monkeypatch: pytest.MonkeyPatch) -> FakeParts:
    fake = FakeParts()
    monkeypatch.setattr(pipeline, "work", fake)
    return fake


SETTINGS = """\
data = "photos"

[[model]]
name = "lite0"
epochs = 5

[bench]
threads = [1]
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with four photos and an edgesmith.toml, which is the current folder too."""
    folder = tmp_path / "project"
    for label in ("cat", "dog"):
        (folder / "photos" / label).mkdir(parents=True)
        for number in range(2):
            (folder / "photos" / label / f"{number}.jpg").write_text(f"{label} {number}")
    (folder / "edgesmith.toml").write_text(SETTINGS)
    monkeypatch.chdir(folder)
    return folder


Run = Callable[..., dict[str, Any]]


@pytest.fixture
def run(
    parts: FakeParts,
    project: Path,
    capsys: pytest.CaptureFixture[str],
    conforms: Callable[[dict[str, Any]], None],
) -> Run:
    """run("--until", "train", code=0): the document of `edgesmith run --json`; `parts.calls` are those of this run."""

    def command(*words: str, code: int = 0) -> dict[str, Any]:
        parts.calls.clear()
        assert main(["run", *words, "--json"]) == code
        printed = capsys.readouterr().out
        document: dict[str, Any] = json.loads(printed) if printed else {}
        if printed:
            conforms(document)
        return document

    return command


@pytest.fixture
def change(project: Path) -> Callable[[str, str], None]:
    """change("epochs = 5", "epochs = 9"): in edgesmith.toml."""

    def put(old: str, new: str) -> None:
        file = project / "edgesmith.toml"
        text = file.read_text()
        assert text.count(old) == 1
        file.write_text(text.replace(old, new))

    return put

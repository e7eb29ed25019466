"""`edgesmith run` whose parts write in steps of a few milliseconds what the real ones write in minutes.

python slowparts.py run ...        the real command `run`, with this file in place of the parts
python slowparts.py train ...      a part; so that it can be killed between any two steps
"""

import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any

EPOCHS = 6


def main(words: list[str]) -> int:
    if words[0] == "run":
        return _run(words)
    document = {"check": _check, "train": _train, "convert": _convert, "verify": _verify, "bench": _bench}
    sys.stdout.write(json.dumps(document[words[0]](words[1:])))
    return 0


def _run(words: list[str]) -> int:
    from edgesmith.cli import main as edgesmith
    from edgesmith.cli import parts

    parts._command = lambda words: [sys.executable, __file__, *map(str, words)]
    return edgesmith(words)


def _check(words: list[str]) -> Any:
    _pause()
    return {"findings": []}


def _train(words: list[str]) -> Any:
    """As the real one: a state after every epoch, gone on with by --resume; refuses what it does not know."""
    run = Path(words[2])
    states, unfinished = run / "checkpoint" / "state.json", run / "unfinished.json"
    if run.exists() and any(run.iterdir()) and not unfinished.is_file():
        raise SystemExit(f"{run} is not empty")
    run.mkdir(parents=True, exist_ok=True)
    _pause()
    _write(unfinished, {})
    (run / "checkpoint").mkdir(exist_ok=True)
    state: dict[str, Any] = (
        json.loads(states.read_bytes()) if states.is_file() else {"epoch": 0, "weights": words[0]}
    )
    for epoch in range(state["epoch"], EPOCHS):
        _pause()
        weights = hashlib.sha256(f"{state['weights']} {epoch}".encode()).hexdigest()
        state = {"epoch": epoch + 1, "weights": weights}
        _write(states, state)
    with (run / "model.keras").open("w") as model:
        for letter in state["weights"]:
            model.write(letter)
            model.flush()
            time.sleep(0.002)
    data = {"root": words[0], "sha256": "0"}
    _write(run / "run.json", {"labels": [], "input": {}, "data": data, "seconds": time.time()})
    _pause()
    unfinished.unlink()
    _pause()
    return {}


def _convert(words: list[str]) -> Any:
    run, deploy = Path(words[0]), Path(words[2])
    if deploy.exists():
        raise SystemExit(f"{deploy} is there already")
    partial = deploy.with_name(f".{deploy.name}.partial-{time.time_ns()}")
    partial.mkdir()
    files = []
    for name in ("small-int8.tflite", "small-int8.onnx"):
        _pause()
        (partial / name).write_text(f"{name} {(run / 'model.keras').read_text()}")
        files.append({"path": name, "bytes": 1})
    _write(partial / "convert.json", {"files": files, "seconds": time.time()})
    _pause()
    partial.rename(deploy)
    return {}


def _verify(words: list[str]) -> Any:
    _pause()
    return {"results": [{"file": word, "outcome": "identical"} for word in words]}


def _bench(words: list[str]) -> Any:
    bench = Path(words[words.index("-o") + 1])
    if bench.exists():  # finished, and killed before anybody knew
        return {}
    partial = bench.with_name(f".{bench.name}.partial-{time.time_ns()}")
    partial.mkdir()
    _pause()
    _write(partial / "bench.json", {"runs": []})
    (partial / "report.html").write_text("report")
    partial.rename(bench)
    _pause()
    return {}


def _pause() -> None:
    time.sleep(0.03)


def _write(file: Path, document: Any) -> None:
    temporary = file.with_name(f".{file.name}.new")
    temporary.write_text(json.dumps(document))
    _pause()
    temporary.replace(file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edgesmith.runtime.errors import DataError, EdgesmithError, ModelFileError, OptionError
from edgesmith.runtime.runrecord import DataRecord, RunRecord
from edgesmith.runtime.spec import InputSpec
from edgesmith.train import command
from edgesmith.train.augmentation.settings import PHOTOS, SYMBOLS, Augmentation
from edgesmith.train.defaults import settle
from edgesmith.train.plan import TrainingPlan
from edgesmith.train.stated import add_config, repeated_plan, repeats, stated_plan

Parse = Callable[..., argparse.Namespace]


@pytest.fixture
def parse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parse:
    """parse("--epochs", "3", toml="seed = 1"): the arguments of the command line, and of a file."""
    monkeypatch.chdir(tmp_path)

    def parse(*words: str, toml: str | bytes | None = None) -> argparse.Namespace:
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        if toml is not None:
            Path("plan.toml").write_bytes(toml if isinstance(toml, bytes) else toml.encode())
            words = (*words, "--config", "plan.toml")
        arguments = parser.parse_args(words)
        add_config(arguments, parser)
        return arguments

    return parse


def plan_of(arguments: argparse.Namespace) -> TrainingPlan:
    return stated_plan(arguments)


def test_nothing_stated_leaves_everything_open(parse: Parse) -> None:
    assert plan_of(parse("data", "-o", "run")) == TrainingPlan(data="data", output=Path("run"))


def test_file_states_what_the_command_line_does_not(parse: Parse) -> None:
    toml = """
        data = "photos"
        output = "there"
        epochs = 3
        learning-rate = 0.5
        batch_size = 8
        flip = false
        rotation = 30
        device = "cpu"
    """

    plan = plan_of(parse("digits", "--epochs", "7", "--recipe", "scratch", toml=toml))

    assert (plan.data, plan.output, plan.epochs) == ("digits", Path("there"), 7)
    assert (plan.learning_rate, plan.batch_size) == (0.5, 8)
    assert plan.augmentation == Augmentation(rotation=30)
    assert plan.machine.device == "cpu"


def test_file_can_say_from(parse: Parse) -> None:
    arguments = parse("data", "-o", "run", "--recipe", "quantize-aware", toml='from = "earlier"')

    assert plan_of(arguments).start_from == Path("earlier")


@pytest.mark.parametrize(
    ("toml", "message", "tip"),
    [
        pytest.param("epoch = 3", "no option 'epoch'", "'epochs'", id="nearly a name"),
        pytest.param("learnig_rate = 3", "no option 'learnig_rate'", "'learning-rate'", id="underscore"),
        pytest.param("[train]\nepochs = 3", "no option 'train'", "", id="table"),
        pytest.param("resume = true", "no option 'resume'", "", id="of the command line"),
        pytest.param('config = "x"', "no option 'config'", "", id="itself"),
        pytest.param('start_from = "x"', "no option 'start_from'", "", id="inner name"),
        pytest.param("epochs = [1, 2]", r"\[1, 2\] as 'epochs'", "one number", id="list"),
        pytest.param("epochs = true", "True as 'epochs'", "one number", id="truth for a number"),
        pytest.param('flip = "yes"', "'yes' as 'flip'", "true or false", id="text for a switch"),
        pytest.param("flip = 1", "1 as 'flip'", "true or false", id="number for a switch"),
        pytest.param("epochs = 3\nepochs = 4", "not TOML: Cannot overwrite", "", id="twice"),
        pytest.param(b"model = '\xff'", "not TOML", "", id="no UTF-8"),
        pytest.param("recipe = 'feature'", "no recipe 'feature'", "'features'", id="unknown recipe"),
    ],
)
def test_what_a_file_cannot_state(parse: Parse, toml: str | bytes, message: str, tip: str) -> None:
    with pytest.raises(OptionError, match=message) as caught:
        parse("data", "-o", "run", toml=toml)

    assert tip in str(caught.value.tip)


def test_text_for_a_number_is_wrong_usage(parse: Parse, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse("data", "-o", "run", toml='epochs = "many"')

    assert "argument --epochs: invalid int value: 'many'" in capsys.readouterr().err


def test_absent_file(parse: Parse) -> None:
    with pytest.raises(OptionError, match=r"absent\.toml' cannot be read"):
        parse("data", "-o", "run", "--config", "absent.toml")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param([], None, id="the recipe's"),
        pytest.param(["--augmentation", "symbols"], SYMBOLS, id="preset"),
        pytest.param(["--augmentation", "none"], Augmentation(), id="none"),
        pytest.param(
            ["--recipe", "scratch-augment", "--no-flip"], (PHOTOS, "horizontal_flip", False), id="knob"
        ),
        pytest.param(["--recipe", "scratch", "--mixup", "0.2"], Augmentation(mixup=0.2), id="from none"),
    ],
)
def test_knobs_change_the_preset_or_the_recipes_own(parse: Parse, words: list[str], expected: Any) -> None:
    from dataclasses import replace

    if isinstance(expected, tuple):
        expected = replace(expected[0], **{expected[1]: expected[2]})
    assert plan_of(parse("data", "-o", "run", *words)).augmentation == expected


# --- Repetition of a finished training.


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., Path]:
    """record(recipe="finetune"): a RUN whose plan was settled from that."""

    def write(**choices: Any) -> Path:
        plan = settle(TrainingPlan(data=str(tmp_path / "data"), output=tmp_path / "run", **choices))
        return save(tmp_path / "run", plan.to_json())

    return write


def save(run: Path, plan: dict[str, Any]) -> Path:
    run.mkdir(exist_ok=True)
    (run / "model.keras").write_bytes(b"weights")
    RunRecord(
        labels=("blue", "red"),
        input=InputSpec(height=32, width=32, channels=3),
        data=DataRecord(root=str(run.parent / "data"), sha256="0", train=(), val=(), test=()),
        plan=plan,
        metrics={},
        environment={},
        seconds={},
    ).save(run)
    return run


@pytest.mark.parametrize(
    "choices",
    [
        pytest.param({}, id="features"),
        pytest.param({"recipe": "finetune", "unfreeze_from": "0.25", "seed": 3}, id="finetune"),
        pytest.param({"recipe": "scratch-augment"}, id="the recipe's augmentation"),
        pytest.param({"recipe": "scratch-augment", "augmentation": Augmentation()}, id="no augmentation"),
        pytest.param({"recipe": "scratch", "augmentation": Augmentation(mixup=0.2)}, id="own augmentation"),
        pytest.param({"model": "separable_small", "head": "sigmoid", "channels": 1}, id="sigmoid, grey"),
    ],
)
def test_repetition_settles_to_the_same_plan(
    parse: Parse, record: Callable[..., Path], choices: dict[str, Any]
) -> None:
    run = record(**choices)
    arguments = parse("--from", str(run / "run.json"), "-o", "again")

    assert repeats(arguments)
    plan, before = repeated_plan(arguments)

    assert plan.output == Path("again")
    assert settle(plan).to_json() == before.plan


def test_quantize_aware_training_can_be_repeated(parse: Parse, tmp_path: Path) -> None:
    save(tmp_path / "first", {"model": "separable_small", "alpha": 1.0, "seed": 0})
    before = settle(
        TrainingPlan(
            data=str(tmp_path / "data"),
            output=tmp_path / "run",
            recipe="quantize-aware",
            start_from=Path("first"),
        )
    ).to_json()
    run = save(tmp_path / "run", before)

    plan, _ = repeated_plan(parse("--from", str(run), "-o", "again"))
    assert settle(plan).to_json() == before

    (tmp_path / "first" / "model.keras").write_bytes(b"others")
    with pytest.raises(DataError, match="has changed since"):
        repeated_plan(parse("--from", str(run), "-o", "again"))


def test_repetition_takes_place_and_machine_from_the_command_line(
    parse: Parse, record: Callable[..., Path]
) -> None:
    run = record()

    plan, _ = repeated_plan(
        parse("moved", "--from", str(run / "run.json"), "-o", "again", "--device", "cpu", "--resume")
    )

    assert (plan.data, plan.machine.device, plan.resume) == ("moved", "cpu", True)


@pytest.mark.parametrize(
    "words", [["--epochs", "3"], ["--model", "mobilenet_v2"], ["--flip"], ["--seed", "0"]], ids=lambda w: w[0]
)
def test_repetition_takes_nothing_else(parse: Parse, record: Callable[..., Path], words: list[str]) -> None:
    with pytest.raises(OptionError, match=r"repeats a training as it was, and .* would change it") as caught:
        repeated_plan(parse("--from", str(record()), "-o", "again", *words))

    assert "quantize-aware" in str(caught.value.tip)


@pytest.mark.parametrize("change", ["other", "gone"])
def test_weights_of_then_are_needed(
    parse: Parse, record: Callable[..., Path], tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mine.weights.h5"
    file.write_bytes(b"weights")
    run = record(weights="mine.weights.h5", recipe="finetune")
    monkeypatch.chdir(run)  # another folder: the record knows the place
    assert repeated_plan(parse("--from", ".", "-o", "../again"))[0].weights == str(file)

    file.write_bytes(b"others") if change == "other" else file.unlink()

    with pytest.raises(DataError, match=r"mine\.weights\.h5"):
        repeated_plan(parse("--from", str(run), "-o", "again"))


def test_what_is_no_run_cannot_be_repeated(parse: Parse, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"holds no run\.json"):
        repeated_plan(parse("--from", str(tmp_path / "absent"), "-o", "again"))


def test_plan_of_another_version_is_refused_with_what_differs(
    parse: Parse, record: Callable[..., Path]
) -> None:
    run = record()
    document = json.loads((run / "run.json").read_text())
    document["plan"]["momentum"] = 0.9
    (run / "run.json").write_text(json.dumps(document))

    with pytest.raises(EdgesmithError, match="momentum"):
        repeated_plan(parse("--from", str(run), "-o", "again"))

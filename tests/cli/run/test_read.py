from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.cli import main
from edgesmith.cli.run.read import read_settings
from edgesmith.cli.run.settings import ConvertSettings, ModelSettings, stated
from edgesmith.runtime.errors import OptionError, SettingError

MODEL = '[[model]]\nname = "a"\n'


def refused(tmp_path: Path, text: str) -> tuple[str, ...]:
    """The problems that are told of a file."""
    file = tmp_path / "edgesmith.toml"
    file.write_text(text)
    with pytest.raises(SettingError) as caught:
        read_settings(file)
    assert caught.value.exit_code == 2
    return caught.value.details


def test_everything_is_read(tmp_path: Path) -> None:
    file = tmp_path / "edgesmith.toml"
    file.write_text(
        'data = "photos"\n[convert]\nprecision = ["int8"]\nmax_drop = 1\n[[model]]\nname = "a"\nalpha = 1\n'
        'unfreeze_from = 0.5\n[model.convert]\nmin_agreement = 98.0\nformat = ["tflite"]\n'
    )
    settings = read_settings(file).settings

    assert settings.output == "results"
    assert settings.seed == 0
    assert settings.model == (
        ModelSettings(
            name="a",
            alpha=1,
            unfreeze_from=0.5,
            convert=ConvertSettings(min_agreement=98.0, format=("tflite",)),
        ),
    )
    # Of two goals the model's own.
    assert settings.convert_of(settings.model[0]) == {
        "precision": ["int8"],
        "min_agreement": 98.0,
        "format": ["tflite"],
    }
    assert stated(settings.convert) == {"precision": ["int8"], "max_drop": 1}


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (
            "[[model]]\nname = 'a'\nepoch = 3\n",
            4,
            "there is no key 'epoch' in [model]: did you mean 'epochs'?",
        ),
        ("[benhc]\n" + MODEL, 2, "there is no key 'benhc' in the file: did you mean 'bench'?"),
        (MODEL + "epochs = '3'\n", 4, "epochs is a whole number, not '3'"),
        (MODEL + "epochs = 3.5\n", 4, "epochs is a whole number, not 3.5"),
        (MODEL + "epochs = true\n", 4, "epochs is a whole number, not True"),
        (MODEL + "alpha = nan\n", 4, "alpha is a number, not nan"),
        (MODEL + "flip = 1\n", 4, "flip is true or false, not 1"),
        (MODEL + "unfreeze_from = []\n", 4, "unfreeze_from is a text or a number, not []"),
        (MODEL + "[bench]\nthreads = 2\n", 5, "threads is a list of whole numbers, as [1, 2], not 2"),
        (MODEL + "[bench]\nthreads = []\n", 5, "threads is a list of whole numbers, as [1, 2], not []"),
        (MODEL + "[convert]\nformat = 'onnx'\n", 5, 'format is a list of texts, as ["…", "…"], not \'onnx\''),
        (
            MODEL + "recipe = 'finetuned'\n",
            4,
            "recipe 'finetuned': did you mean 'finetune'? known are features",
        ),
        (MODEL + "network = 'mobilenet_v4'\n", 4, "network 'mobilenet_v4': did you mean 'mobilenet_v"),
        (MODEL + "channels = 2\n", 4, "channels 2: known are 1, 3"),
        (MODEL + "[convert]\nprecision = ['int8', 'int9']\n", 5, "precision 'int9': did you mean 'int8'?"),
        (MODEL + "[bench]\nengine = ['litert']\n", 5, "engine 'litert': did you mean 'ai-edge-litert'?"),
        ("check = 3\n" + MODEL, 2, "[check] is a table, [check], not 3"),
        ("[model]\nname = 'a'\n", 2, "model is a list of tables: write [[model]]"),
    ],
    ids=lambda value: str(value).partition(":")[0].strip()[-30:] if isinstance(value, str) else str(value),
)
def test_a_mistake_is_told_by_its_line(text: str, line: int, told: str, tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, f'data = "photos"\n{text}')
    assert problem.startswith(f"line {line}: {told}")


def test_all_mistakes_are_told_at_once_in_their_order(tmp_path: Path) -> None:
    problems = refused(tmp_path, f'seed = "x"\n{MODEL}epochs = "3"\nrecipes = 1\n')
    assert [problem.partition(":")[0] for problem in problems] == ["line 1", "line 4", "line 5"]


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        (MODEL, 1, 'data is missing: name the images, as data = "photos"'),
        ('data = "photos"\n', 1, "there is no [[model]]"),
        (f'data = "photos"\nseed = -1\n{MODEL}', 2, "seed -1 is below 0"),
        (
            f'data = "photos"\noutput = "photos/out"\n{MODEL}',
            2,
            "output 'photos/out' is inside data 'photos'",
        ),
        (f'data = "out/photos"\noutput = "out"\n{MODEL}', 1, "data 'out/photos' is inside output 'out'"),
        (f'data = "photos"\n{MODEL}{MODEL}', 5, "name 'a' stands twice"),
        ('data = "photos"\n[[model]]\nname = "../a"\n', 3, "name '../a': 1 to 64 letters"),
        ('data = "photos"\n[[model]]\nepochs = 1\n', 2, "name '': 1 to 64 letters"),
        (f'data = "photos"\n{MODEL}recipe = "distill"\n', 4, "recipe 'distill' needs teacher"),
        (
            f'data = "photos"\n{MODEL}recipe = "distill"\nteacher = "a"\n',
            5,
            "teacher 'a' is neither a [[model]] above (none) nor a RUN folder",
        ),
        (
            f'data = "photos"\n{MODEL}teacher = "b"\n',
            4,
            "teacher is for recipe 'distill', and this [[model]] has 'none'",
        ),
        (
            f'data = "photos"\n{MODEL}[convert]\nmax_drop = 1\nmin_agreement = 98\n',
            6,
            "max_drop and min_agreement are two goals",
        ),
        (
            f'data = "photos"\n{MODEL}[convert]\nmax_drop = 1\nprecision = ["float32"]\n',
            5,
            "max_drop is a goal for int8, which precision ['float32'] has not",
        ),
        (f'data = "photos"\n{MODEL}[convert]\nguard = "more"\n', 5, "guard without a goal"),
        (f'data = "photos"\n{MODEL}[convert]\nkeep_float = ["x"]\n', 5, "precision 'mixed' and keep_float"),
        (
            f'data = "photos"\n{MODEL}[model.convert]\nprecision = ["mixed"]\n',
            5,
            "precision 'mixed' and keep_float",
        ),
        (f'data = "photos"\n{MODEL}[bench]\nminutes = 2\n', 5, "minutes needs scenario"),
        (
            f'data = "photos"\n{MODEL}[bench]\nscenario = "sustained"\nprocesses = 5\n',
            6,
            'scenario = "sustained" runs one process',
        ),
        (f'data = "photos"\n{MODEL}[bench]\nthreads = [1, 1]\n', 5, "threads [1, 1] names one twice"),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, str) and "\n" not in value else "",
)
def test_contradictions(text: str, line: int, told: str, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "out" / "photos").mkdir(parents=True)
    problems = refused(tmp_path, text)
    assert any(problem.startswith(f"line {line}: {told}") for problem in problems), problems


def test_what_is_not_toml_is_told_with_the_line(tmp_path: Path) -> None:
    file = tmp_path / "edgesmith.toml"
    file.write_text('data = "photos"\nseed = \n')
    with pytest.raises(SettingError, match=r"is not TOML: .*line 2"):
        read_settings(file)


@pytest.mark.parametrize(
    "make",
    [lambda file: None, lambda file: file.write_bytes(b"\xff"), Path.mkdir],
    ids=["absent", "no text", "a folder"],
)
def test_a_file_that_cannot_be_read(make: Callable[[Path], object], tmp_path: Path) -> None:
    file = tmp_path / "edgesmith.toml"
    make(file)
    with pytest.raises(OptionError):
        read_settings(file)


def test_the_command_ends_in_2_and_shows_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "edgesmith.toml").write_text(f'data = "photos"\n{MODEL}epoch = 3\n')
    assert main(["run", "--dry-run"]) == 2
    told = capsys.readouterr().err
    assert "'edgesmith.toml': 1 setting cannot be meant\n  line 4: there is no key 'epoch'" in told
    assert main(["run", "other.toml"]) == 1
    assert "edgesmith init" in capsys.readouterr().err

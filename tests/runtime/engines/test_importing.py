"""Engines that are installed and broken, as half an installation or a foreign numpy leaves them."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from edgesmith.runtime.engines import EngineName, choose, open_engine
from edgesmith.runtime.errors import EngineError

Install = Callable[[str, str], None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a package that consists of the given code before the real one."""

    def put(package: str, code: str) -> None:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text(code)
        monkeypatch.syspath_prepend(tmp_path)
        for module in [name for name in sys.modules if name.partition(".")[0] == package]:
            monkeypatch.delitem(sys.modules, module)
        monkeypatch.setattr(choose, "find_spec", lambda name: name)

    return put


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(("raise ImportError('numpy.core failed\\nand more')", "numpy.core failed"), id="a foreign numpy"),
        pytest.param(("import sys; sys.no_such_thing", "module 'sys' has no attribute 'no_such_thing'"), id="half a package"),
        pytest.param(("import no_such_module", "No module named 'no_such_module'"), id="a missing dependency"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    ("name", "engine", "tip"),
    [
        ("float onnx", "onnxruntime", "--force-reinstall onnxruntime"),
        ("float tflite", "tflite-runtime", "--force-reinstall tflite-runtime 'numpy<2'"),
    ],
)
def test_installed_but_broken(
    name: str,
    engine: EngineName,
    tip: str,
    broken: tuple[str, str],
    install: Install,
    models: dict[str, Path],
) -> None:
    code, reason = broken
    install(engine.replace("-", "_"), code)
    with pytest.raises(EngineError) as caught:
        open_engine(models[name], engine=engine)
    assert str(caught.value) == f"{engine} is installed but cannot be imported: {reason}"
    assert str(caught.value.tip).endswith(tip)

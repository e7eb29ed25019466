import shutil
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from edgesmith.benchmarks.devices.emulated.plugin import Plugin, build_plugin, refusal
from edgesmith.runtime.errors import DeviceError

SOURCES = Path(str(files("edgesmith.benchmarks.devices.emulated")))
needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc; `apt-get install gcc` brings it")

# Words as GNU as writes them, and the class by the manual's text. The order of the enum is that of `Instructions`.
WORDS = {
    "ldr x0, [x1]": (0xF9400020, "load"),
    "ldrsw x0, [x1]": (0xB9800020, "load"),
    "ldr q0, [x1]": (0x3DC00020, "load"),
    "ldp q0, q1, [x2]": (0xAD400440, "load"),
    "ldr x0, .": (0x58000000, "load"),
    "ld1 {v0.16b}, [x0]": (0x4C407000, "load"),
    "ldaxr x0, [x1]": (0xC85FFC20, "load"),
    "str x0, [x1]": (0xF9000020, "store"),
    "str q0, [x1]": (0x3D800020, "store"),
    "stp x29, x30, [sp, #-16]!": (0xA9BF7BFD, "store"),
    "st1 {v0.16b}, [x0]": (0x4C007000, "store"),
    "b .": (0x14000000, "branch"),
    "b.ne .": (0x54000001, "branch"),
    "cbz x0, .": (0xB4000000, "branch"),
    "ret": (0xD65F03C0, "branch"),
    "svc #0": (0xD4000001, "branch"),
    "nop": (0xD503201F, "branch"),
    "fmla v0.4s, v1.4s, v2.4s": (0x4E22CC20, "simd_float"),
    "fadd s0, s1, s2": (0x1E222820, "simd_float"),
    "smlal v0.8h, v1.8b, v2.8b": (0x0E228020, "simd_float"),
    "sdot v0.4s, v1.16b, v2.16b": (0x4E829420, "dot_product"),
    "udot v0.4s, v1.16b, v2.16b": (0x6E829420, "dot_product"),
    "sdot v0.4s, v1.16b, v2.4b[0]": (0x4F82E020, "dot_product"),
    "add x0, x1, x2": (0x8B020020, "integer"),
    "add x0, x1, #1": (0x91000420, "integer"),
    "madd x0, x1, x2, x3": (0x9B020C20, "integer"),
    "adr x0, .": (0x10000000, "integer"),
    "ptrue p0.b": (0x2518E3E0, "other"),
}
CLASSES = ("load", "store", "branch", "simd_float", "dot_product", "integer", "other")


@pytest.fixture(scope="session")
def classify(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that says the class of each word given."""
    folder = tmp_path_factory.mktemp("classify")
    (folder / "main.c").write_text(
        '#include "instruction_class.h"\n#include <stdio.h>\n#include <stdlib.h>\n'
        "int main(int n, char **words) { for (int i = 1; i < n; i++)"
        ' printf("%d\\n", class_of(strtoul(words[i], 0, 16))); }\n'
    )
    command = ["gcc", f"-I{SOURCES}", "-o", str(folder / "classify"), str(folder / "main.c")]
    subprocess.run(command, check=True)
    return folder / "classify"


@needs_gcc
def test_classes_of_instructions(classify: Path) -> None:
    command = [str(classify), *(f"{word:x}" for word, _ in WORDS.values())]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    found = {name: CLASSES[int(number)] for name, number in zip(WORDS, said, strict=True)}
    assert found == {name: wanted for name, (_, wanted) in WORDS.items()}


@needs_gcc
def test_the_source_compiles_without_warnings(tmp_path: Path) -> None:
    command = ["gcc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    command += ["-o", str(tmp_path / "plugin.so"), str(SOURCES / "instruction_counter.c")]
    assert subprocess.run(command, check=False, capture_output=True, text=True).stderr == ""


@pytest.fixture
def gcc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in gcc, the only program there is."""
    program = tmp_path / "bin/gcc"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\nwhile [ "$1" != -o ]; do shift; done; echo built >> "$2"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    return program


def test_it_is_compiled_once(gcc: Path, tmp_path: Path) -> None:
    first = build_plugin(tmp_path / "cache")
    gcc.write_text("#!/bin/sh\nexit 1\n")
    assert build_plugin(tmp_path / "cache") == first
    assert [entry.name for entry in (tmp_path / "cache").iterdir()] == [first.library.name]


def test_a_compiler_that_fails_is_quoted_and_leaves_nothing(gcc: Path, tmp_path: Path) -> None:
    gcc.write_text("#!/bin/sh\necho stdint.h: No such file >&2\nexit 1\n")
    with pytest.raises(
        DeviceError, match=r"compiling the instruction counter failed.*stdint\.h: No such"
    ) as caught:
        build_plugin(tmp_path / "cache")
    assert caught.value.tip == "sudo apt-get install gcc libc6-dev"
    assert list((tmp_path / "cache").iterdir()) == []


def test_without_gcc_its_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeviceError, match="need gcc, not found") as caught:
        build_plugin(tmp_path)
    assert str(caught.value.tip).endswith("apt-get install gcc")


def test_commas_in_paths_are_escaped_for_qemu() -> None:
    variables = Plugin(library=Path("/a,b/c.so")).variables(Path("/there/x"))
    assert variables == {"QEMU_PLUGIN": "file=/a,,b/c.so,output=/there/x"}


@pytest.mark.parametrize(
    "said",
    [
        "qemu-aarch64: Could not load plugin /c.so: plugin requires API version 1, but this QEMU supports only a minimum version of 2",
        "noise\ninstruction counter: /there/x: No space left on device",
    ],
    ids=["QEMU says so", "the plugin says so"],
)
def test_a_refused_plugin_is_told_from_other_ends(said: str) -> None:
    assert str(refusal(said)) == f"QEMU does not take the instruction counter: {said.splitlines()[-1]}"
    assert refusal("Traceback (most recent call last)") is None

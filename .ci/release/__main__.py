"""Make a release of a commit: sdist, wheel, bills of materials, SHA256SUMS and, with a key, its signature.

    make release                                # of the last commit, into dist/
    make release RELEASE_KEY=~/.ssh/edgesmith   # signed

Nothing is published. What lies uncommitted in the checkout is not in it.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from release.archives import build_twice, export
from release.bill import require_installed, write_bills
from release.checksums import check_sums, sign, write_sums
from release.contents import check_contents, metadata_of
from release.failure import ReleaseError

CHECKOUT = Path(__file__).parents[2]


def main(words: list[str]) -> int:
    """Make it; the exit code."""
    parser = argparse.ArgumentParser(prog="make release", description=__doc__.partition("\n")[0])
    parser.add_argument("-o", "--output", type=Path, default=Path("dist"), help="a folder without files")
    parser.add_argument("--commit", default="HEAD", help="what to release (HEAD)")
    parser.add_argument("--key", type=Path, help="private SSH key that signs; without it nothing is signed")
    arguments = parser.parse_args(words)
    try:
        make_release(arguments.output, commit=arguments.commit, key=arguments.key)
    except ReleaseError as error:
        print(f"make release: {error}", file=sys.stderr)
        return 1
    return 0


def make_release(output: Path, *, commit: str, key: Path | None) -> None:
    """All of it, into `output`, or nothing. Raises `ReleaseError` for what must not be published."""
    if output.is_dir() and any(output.iterdir()):
        raise ReleaseError(f"{str(output)!r} is not empty; take another --output, or remove it")
    if key is not None and not key.is_file():
        raise ReleaseError(f"no such key: {str(key)!r}")
    with tempfile.TemporaryDirectory() as work:
        source, made = Path(work) / "edgesmith", Path(work) / "made"
        archives = build_twice(source, made, moment=export(CHECKOUT, commit, source))
        check_contents(archives, source)
        require_installed(archives.wheel)
        bills, absent = write_bills(made, str(metadata_of(archives.wheel)["Version"]))
        sums = write_sums(made, [archives.sdist, archives.wheel, *bills])
        check_sums(made)
        signed = [sign(made, key)] if key else []
        shutil.copytree(made, output, dirs_exist_ok=True)
    for name in (file.name for file in (archives.sdist, archives.wheel, *bills, sums, *signed)):
        print(f"{(output / name).stat().st_size:>10,} bytes  {output / name}")
    if absent:
        print(
            f"no bill of materials, since a package is not installed here: {', '.join(absent)}",
            file=sys.stderr,
        )
    if not key:
        print("not signed: RELEASE_KEY names a private SSH key", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

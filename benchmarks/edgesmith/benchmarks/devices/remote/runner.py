"""The code that a device needs, as one ZIP: the runtime and the worker, pure Python."""

from importlib.metadata import version
from importlib.resources import files

from edgesmith.runtime.bundle.archive import metadata_member, package_members, zip_bytes


def runner_archive() -> bytes:
    """Same code, same bytes: a device that has it is not sent it again."""
    package = "edgesmith.benchmarks"
    first = f"{package.replace('.', '/')}/__init__.py"
    return zip_bytes(
        {
            **metadata_member(version("edgesmith")),
            **dict(package_members("edgesmith.runtime")),
            first: files(package).joinpath("__init__.py").read_bytes(),
            **dict(package_members(f"{package}.worker")),
        }
    )

"""The blocks marked `run`, executed: each document's in a folder of their own, one after the other."""

import sys
from pathlib import Path

import pytest
from tests.manual.blocks import DOCUMENTS, REPOSITORY, Block, blocks_of
from tests.manual.stock import Stock, execute

pytestmark = pytest.mark.slow

MARKED = {
    document: blocks
    for document in DOCUMENTS
    if (blocks := [block for block in blocks_of(document) if block.mark == "run"])
}


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Stock:
    return Stock(tmp_path_factory.mktemp("stock"))


def command_of(block: Block) -> list[str]:
    if block.language == "python":
        return [sys.executable, "-c", block.text]
    return ["bash", "-euo", "pipefail", "-c", block.text]


@pytest.mark.parametrize(
    "document", [pytest.param(path, id=str(path.relative_to(REPOSITORY))) for path in MARKED]
)
def test_what_it_says_works(document: Path, stock: Stock, tmp_path: Path) -> None:
    for block in MARKED[document]:
        for thing in block.things:
            stock.put(thing, tmp_path)
        execute(command_of(block), tmp_path)

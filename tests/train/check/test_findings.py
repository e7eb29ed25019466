from edgesmith.train.check.findings import Finding, Item, Kind, Picture, Severity, by_severity, counted


def finding(kind: Kind, severity: Severity) -> Finding:
    return Finding(kind=kind, severity=severity, what="", advice="", items=())


def test_worst_comes_first_then_the_order_of_the_kinds() -> None:
    found = [
        finding("tiny", "warning"),
        finding("ignored", "note"),
        finding("leak", "error"),
        finding("near-leak", "warning"),
    ]

    assert [f.kind for f in by_severity(found)] == ["leak", "near-leak", "tiny", "ignored"]


def test_item_as_json_leaves_out_what_it_has_not() -> None:
    picture = Picture(path="test/cat/a.png", split="test", label="cat")
    files = [{"path": "test/cat/a.png", "split": "test", "label": "cat"}]

    assert Item(pictures=(picture,)).to_json() == {"files": files}
    assert Item(pictures=(picture,), detail="4 of 256 bits", distances=(4,)).to_json() == {
        "files": files,
        "detail": "4 of 256 bits",
        "distances": [4],
    }


def test_counted() -> None:
    assert [counted(1, "class", "classes"), counted(2, "class", "classes"), counted(0, "pair")] == [
        "1 class",
        "2 classes",
        "0 pairs",
    ]

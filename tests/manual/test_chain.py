from making.chain import FILE, drawing


def test_the_picture_is_what_the_script_draws() -> None:
    assert FILE.read_text(encoding="utf-8") == drawing(), "`python docs/making/chain.py` draws it anew"

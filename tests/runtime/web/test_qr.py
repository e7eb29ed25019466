from edgesmith.runtime.web.qr import qr_code

ADDRESS = "https://192.168.100.200:8765/AAAAAAAAAAAAAAAAAAAAAA/"


def test_the_code_is_square_and_fits_a_terminal() -> None:
    lines = qr_code(ADDRESS).splitlines()
    assert {len(line) for line in lines} == {len(lines[0])}
    assert len(lines[0]) <= 45
    assert len(lines) == (len(lines[0]) + 1) // 2, "two rows of modules in a line"
    assert set("".join(lines)) <= set(" █▀▄")


def test_another_address_is_another_code() -> None:
    assert qr_code(ADDRESS) != qr_code(ADDRESS.replace("200", "201"))

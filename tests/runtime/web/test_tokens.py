import re

from edgesmith.runtime.web.tokens import new_token


def test_tokens_are_long_differ_and_need_no_escaping() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in tokens)

"""The part of a page's address that only those have who were shown it."""

import secrets

_BYTES = 16  # 128 bits: a guess is right once in 2^128, as RFC 6749, 10.10 asks of tokens


def new_token() -> str:
    """22 characters of A-Z, a-z, 0-9, `-` and `_`. Pages are mounted below `/{token}`; any other path is 404."""
    return secrets.token_urlsafe(_BYTES)

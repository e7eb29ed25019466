"""The part of a page's address that only those have who were shown it."""

import secrets

_BYTES = 16  # 128 bits, as RFC 8959 and OWASP's session identifiers have at least


def new_token() -> str:
    """22 characters of A-Z, a-z, 0-9, `-` and `_`. Pages are mounted below `/{token}`; any other path is 404."""
    return secrets.token_urlsafe(_BYTES)

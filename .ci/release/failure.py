"""What ends the making of a release."""


class ReleaseError(Exception):
    """Something that must not be published, and what it is."""

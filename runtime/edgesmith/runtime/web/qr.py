"""An address as a QR code for the terminal."""

import io

import segno

_QUIET_ZONE = 2  # modules around it; ISO/IEC 18004 asks for 4, phones read 2 and terminals are small


def qr_code(address: str) -> str:
    """Lines of half blocks, light on dark as most terminals are; phones read the inverse, too.

    About 33 columns and 17 lines for 60 characters.
    """
    text = io.StringIO()
    segno.make(address, error="l", micro=False).terminal(text, border=_QUIET_ZONE, compact=True)
    return text.getvalue()

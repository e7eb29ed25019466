"""What is printed before a phone comes: the address, a QR code of it, and the warning that its browser will give."""

from edgesmith.runtime.web.qr import qr_code
from edgesmith.runtime.web.site import Site


def welcome(site: Site, path: str, *, picture: bool) -> str:
    """Text for a terminal. `picture`: with a QR code, which only a terminal can show."""
    address = site.url(path)
    if site.addresses.loopback:
        lines = [
            f"Open in a browser of this machine: {address}",
            "Phones cannot reach it: `--host 0.0.0.0` lets those in that are in the same network.",
        ]
    else:
        lines = [
            f"Open on each phone, in the same network: {address}",
            *([qr_code(address)] if picture else []),
            *_warning(site),
        ]
    return "\n".join(
        [*lines, "Whoever has this address can measure. Ctrl-C ends it and writes the reports.", ""]
    )


def _warning(site: Site) -> list[str]:
    name = site.addresses.names[0]
    certificate = site.certificate
    return [
        "The phone will warn that the connection is not private: the certificate is this machine's own, signed by nobody.",
        f"Chrome: Advanced, then 'Proceed to {name}'. Safari: Show Details, then 'visit this website'. Firefox: Advanced, "
        "then 'Accept the Risk'.",
        *([f"Its SHA-256 fingerprint: {certificate.sha256}"] if certificate else []),
    ]

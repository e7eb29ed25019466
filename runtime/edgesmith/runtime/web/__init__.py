"""What the web servers (`serve`, `bench --device browser`) share: addresses, certificate, page files, protection.

Needs the extra `web`; import it inside `needs_extra`.
"""

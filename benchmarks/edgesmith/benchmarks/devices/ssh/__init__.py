"""Measuring on another machine through the system's OpenSSH client: its keys, its config, its jump hosts.

`connection.py` holds the one connection, `explain.py` puts its failures into words, `facts.py` looks what is there,
`environment.py` installs what is missing, `transfer.py` copies, `device.py` is all of it as a `Device`.
"""

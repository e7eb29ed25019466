"""Measuring with a Python on the other side of a shell, whatever leads to that shell.

`shell.py` says what such a shell is, `facts.py` looks what is there, `environment.py` installs what is missing,
`runner.py` is the code that is brought, `transfer.py` copies, `device.py` is all of it as a `Device`.
"""

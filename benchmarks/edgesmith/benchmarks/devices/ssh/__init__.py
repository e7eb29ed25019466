"""Measuring on another machine through the system's OpenSSH client: its keys, its config, its jump hosts.

`host.py` says whom to connect with, `connection.py` holds the one connection, `explain.py` puts its failures into
words, `device.py` makes a `Device` of it with `edgesmith.benchmarks.devices.remote`.
"""

"""Measuring on an Android phone through the system's `adb`.

`client.py` finds the phone, `phone.py` runs commands on it, `python.py` finds a way to a Python there, `facts.py`
and `state.py` read what the phone tells of itself, `device.py` makes a `Device` of it with
`edgesmith.benchmarks.devices.remote`. `benchmark_model/` is for phones without a Python.
"""

"""Raspberry Pis in QEMU: what they compute, and by how many instructions. Never how long it takes.

`boards.py` and `systems.py` say what there is; `rootfs.py` and `wheels.py` fetch it, `bed.py` keeps it, `emulated_pi.py`
runs programs on it. `emulator.py` finds a QEMU that takes plugins, `plugin.py` compiles what counts instructions inside
it, `counting.py` lets it count one model, `benchmark.py` all of them; `counts.py` is the document, `table.py` its text.
"""

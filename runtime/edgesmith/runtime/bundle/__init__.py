"""One file for a device: `write.py` makes it, `start.py` is what runs in it."""

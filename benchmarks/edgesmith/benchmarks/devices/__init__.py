"""Where workers run. A device (`device.py`) takes files and starts workers; an address (`address.py`) names it."""

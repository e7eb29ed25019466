"""LiteRT's own `benchmark_model`, on a phone without a Python.

Its protocol is not edgesmith's: random input, no decoding, no accuracy, no raw samples. So its numbers never stand in
a `bench.json`: `result.py` is a document of its own, which `edgesmith compare` does not read. `tool.py` runs it,
`output.py` and `profile.py` read what it says, `measure.py` is the whole of it.
"""

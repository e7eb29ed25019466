"""The process on the device: it loads one model and measures when told to.

Everything below this package imports only the standard library and `edgesmith.runtime`, since it has to run
where numpy, Pillow and one engine are all there is. `python -m edgesmith.benchmarks.worker` speaks JSON lines:
one request on stdin, one answer on stdout (`edgesmith.benchmarks.worker.messages`). It ends as soon as stdin is
closed, in the middle of whatever it does.
"""

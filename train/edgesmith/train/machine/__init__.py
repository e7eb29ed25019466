"""On what a training runs: one device, the GPUs of a host, or several hosts; docs/machines.md."""

"""Where workers run. A device is a way to start one: a function from a name for messages to a `WorkerProcess`."""

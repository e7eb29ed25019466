"""The runtime's commands: predict, verify, inspect, doctor, bundle."""

"""The runtime's commands: predict, verify, inspect."""

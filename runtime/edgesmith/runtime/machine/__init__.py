"""The machine: what it is, and in what state. Readers of /proc and /sys; each takes the root as an argument."""

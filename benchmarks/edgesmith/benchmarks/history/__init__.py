"""`bench --history DIR`: results over time, kept as they are, and drawn."""

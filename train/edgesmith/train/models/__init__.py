"""`edgesmith models`: the list of networks, and a network with its ImageNet head as a file."""

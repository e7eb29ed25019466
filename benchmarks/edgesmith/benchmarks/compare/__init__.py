"""`edgesmith compare`: two `bench.json` of one machine, and whether what differs is more than noise."""

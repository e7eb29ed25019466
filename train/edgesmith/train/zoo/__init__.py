"""The networks, one file each; `edgesmith.train.zoo.catalogue` lists them."""

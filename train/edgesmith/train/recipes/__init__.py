"""The ways to train, one file each; `edgesmith.train.recipes.catalogue` lists them."""

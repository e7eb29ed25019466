"""Pages: what the ones that convert and explain write have in common."""

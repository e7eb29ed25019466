"""How a release of edgesmith is made and checked. See docs/release.md."""

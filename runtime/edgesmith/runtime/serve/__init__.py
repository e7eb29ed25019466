"""`edgesmith serve`: a classifier behind HTTP, with a live page. Needs the extra `serve`."""

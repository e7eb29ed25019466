"""`edgesmith init`: the file of `edgesmith run`, filled in from what `edgesmith check` sees."""

"""`edgesmith run`: check, train, convert, verify and bench from one file, each only where its inputs have changed."""

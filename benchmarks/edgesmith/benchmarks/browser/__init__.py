"""`bench --device browser`: phones that open a page measure in it, and this machine keeps what they post."""

"""Is this machine fit to run models, and what holds it back? `examine.py` begins."""

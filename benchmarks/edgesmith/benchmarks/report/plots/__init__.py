"""The report's figures, as SVG that takes its colours from the page."""

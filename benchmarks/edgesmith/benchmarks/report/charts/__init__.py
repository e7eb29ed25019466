"""The charts of a report: Vega-Lite specifications as plain data, drawn to SVG and PNG by one library."""

"""`convert.html`: what int8 did to each operator, for people who would rather look than read."""

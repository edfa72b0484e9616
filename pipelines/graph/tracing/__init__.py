"""Goods through time: hand-overs, reach, the best routes, bounds on units."""

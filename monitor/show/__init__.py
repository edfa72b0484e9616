"""Alerts and answers as people read them on a terminal."""

"""Traces as answers and alerts tell them."""

"""Rows that describe one movement: compared, matched one to one, and told as one."""

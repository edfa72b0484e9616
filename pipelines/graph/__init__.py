"""How what we know is connected: movements, money, ownership, hand-over keys, restricted ends, reach and routes."""

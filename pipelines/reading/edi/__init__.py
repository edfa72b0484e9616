"""Electronic documents of transport: segments, messages with their controls, and what their codes mean."""

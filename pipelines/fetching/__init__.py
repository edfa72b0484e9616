"""The parts of a download: what may be connected to, one answer, its body, and the copy that is kept."""

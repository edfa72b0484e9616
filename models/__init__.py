"""What is unusual: frames in, scores out."""

"""What is suspicious, and who is told. `import monitor` is the public Python API."""

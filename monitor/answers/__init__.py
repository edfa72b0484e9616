"""What analysts ask of one stored run, a file per subject; `monitor.ask` has them all."""

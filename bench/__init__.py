"""What measures, and shows what is promised: each is one command with `--help` and `--json`."""

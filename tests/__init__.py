"""The test suite. `conftest.py` tells which fixtures there are."""

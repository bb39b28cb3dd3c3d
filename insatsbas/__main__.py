"""`python -m insatsbas` is the command `insatsbas`."""

from insatsbas.cli import main

main()

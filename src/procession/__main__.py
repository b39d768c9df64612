"""`python -m procession` is the program `procession`."""

from procession.cli import main

main()

"""`python -m console.cli` is `holdfast`."""

from console.cli.entry import main

main()

"""``python -m service`` is ``yanpan``."""

from service.cli import main

main()

"""`python -m playbook`: the command line."""

import sys

from playbook.cli import main

if __name__ == "__main__":
    sys.exit(main())

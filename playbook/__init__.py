"""A playbook and policy notebook kit for the day something went wrong with customers."""

__version__ = "0.1.0"

"""The incident folder: the record, reading it, validating it, writing it."""

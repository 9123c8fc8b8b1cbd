"""The sections of the four documents, each a function from a case to blocks."""

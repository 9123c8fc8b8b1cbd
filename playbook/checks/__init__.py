"""Draft + record + policy -> findings."""

"""Pricing: the same table and the same customers put to every engine, and the answers compared before any figure is shown."""

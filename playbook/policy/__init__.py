"""The effective policy of a client: layers merged by stable id, every value with its origin."""

"""The governance report: its facts, tables and charts."""

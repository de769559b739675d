"""The business case: its facts, tables and charts."""

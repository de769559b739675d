"""The operating-model report: its facts, tables and charts."""

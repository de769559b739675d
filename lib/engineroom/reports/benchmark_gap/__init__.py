"""The benchmark-gap report: its facts, tables and charts."""

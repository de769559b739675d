"""The roadmap: its facts, tables and charts."""

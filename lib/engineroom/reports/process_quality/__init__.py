"""The process-quality report: its facts, tables and charts."""

"""Which engine is underneath: the only module that names DuckDB."""

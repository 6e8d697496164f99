"""The board's figures: each promise by quarter, by agency where numbers allow, and what people noted beside it."""

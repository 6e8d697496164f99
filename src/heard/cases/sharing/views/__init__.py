"""Pages of shares and requests, and of what was shared with the reader."""

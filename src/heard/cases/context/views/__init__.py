"""Pages of contexts. The page of one stands in `home.around`, beside those of places and groups."""

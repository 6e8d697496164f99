"""Pages of worries: telling one step by step, reading and deciding, and finding a child."""

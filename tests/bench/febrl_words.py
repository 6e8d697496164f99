"""What plain Splink and recordlinkage compare first on FEBRL: the same for both. Imports nothing, for both environments read it."""

BLOCKS = (
    ["date_of_birth"],
    ["given_name", "surname"],
    ["surname", "postcode"],
    ["given_name", "postcode"],
    ["given_name", "suburb"],
    ["surname", "suburb"],
    ["address_1", "suburb"],
)

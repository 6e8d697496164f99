"""What somebody types and has not sent yet: kept on the server, for its writer alone."""

"""Mail: how it goes out, what goes to somebody about their account, and who is reminded."""

"""That a child has died: recorded once, told at once to everybody who has to know, and put right where it is wrong."""

"""Pages of panels: reading (`reading`), planning (`planning`), at the meeting (`meeting`); and of disagreements."""

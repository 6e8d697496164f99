"""Pages of plans: reading one (`reading`), writing one (`writing`), and what is done with it (`doing`)."""

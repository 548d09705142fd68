"""Makes the model file and the tables the other packages ship; never imported by them."""

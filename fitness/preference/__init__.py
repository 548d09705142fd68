"""What a person's decisions say about their taste, and what is learned from them."""

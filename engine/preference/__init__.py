"""What a studio's decisions teach: preference heads, their training, and which one runs use."""

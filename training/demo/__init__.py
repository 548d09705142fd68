"""A catalogue to try the tools with: composed songs as a person would have filed them."""

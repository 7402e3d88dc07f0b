"""What decisions about versions rest on: two versions side by side, and a version's card."""

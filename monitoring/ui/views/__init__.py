"""What pages say: pure functions from reports to texts, tiles and rows."""

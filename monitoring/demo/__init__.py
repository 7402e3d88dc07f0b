"""The demo: three models on real data, from raw files to rows that are ready to register and log."""

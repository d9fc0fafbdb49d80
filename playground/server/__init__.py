"""What there is once a server: its settings, who is let in, uploads, the log."""

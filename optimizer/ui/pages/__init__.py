"""Pages of the screen, one file each; thin, because all they show is worked out elsewhere."""

"""What to sponsor: organic posts ranked by the odds that money on them beats the bar of their place."""

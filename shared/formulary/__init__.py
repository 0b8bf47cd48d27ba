"""What may be prescribed: finding drugs and allergens, and the clinic's favorites."""

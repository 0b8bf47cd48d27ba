"""What a search for pharmacies asks for, and what a patient's record says of them; pure."""

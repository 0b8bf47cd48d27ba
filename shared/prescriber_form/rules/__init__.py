"""What a form must hold and what it means: values in, values out."""

"""Which of the four steps somebody is at, and who has to do what next: values in, values out."""

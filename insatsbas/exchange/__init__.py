"""Buy, swap and sell: two organisations agree on places in each other's interventions. Counts of people only, never a person."""

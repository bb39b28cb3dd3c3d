"""What readers tell: faults, questions to an owner, and what is missing. Whoever they concern gets a task, and closes it with an answer."""

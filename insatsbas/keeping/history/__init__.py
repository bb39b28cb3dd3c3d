"""What an intervention looked like before, how two states differ, putting one back; and what has happened at all."""

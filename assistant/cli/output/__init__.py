"""What the commands print: answers, outcomes, notes and progress, with nothing in them that steers a terminal."""

"""What is to be done, and who does it: subjects, the judge that handles one, and the loop that runs them."""

"""What people say to the gate in comments, and what it answers: words in, words out."""

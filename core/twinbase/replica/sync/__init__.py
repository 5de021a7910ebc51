"""One sync: push, pull, prove, repair; and what each of them needs of the line and of the file."""

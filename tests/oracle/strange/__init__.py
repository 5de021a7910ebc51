"""Tables that few people would draw and many databases have: their names, their keys, their parts."""

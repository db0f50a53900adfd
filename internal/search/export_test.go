package search

// Growing is for how long a block that grows is left alone.
const Growing = growing + growing/10

import Decisions

/// A full choice of a network in a search space, canonical.
public typealias Architecture = Assignment

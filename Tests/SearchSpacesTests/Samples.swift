import Decisions
import Foundation
import Networks
import RandomStreams
import SearchSpaces

let repository = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Every preset, and one of each space with a resolution decision.
func everySpace() throws -> [any ConfiguredSpace] {
  var small = ImageTask.fashionMNIST
  small.resolutions = [20, 28, 32]
  return try SpaceRegistry.names.map { try SpaceRegistry.makeSpace(name: $0) }
    + ["mobilenetv3-small", "proxylessnas-small", "resnet50-small"].map {
      try SpaceRegistry.makeSpace(name: $0, images: small)
    }
}

/// A random member: at every decision each permitted choice is equally likely.
func randomMember(_ set: FeasibleSet, _ stream: inout RandomStream) -> Architecture {
  var cursor = set.cursor()
  while cursor.nextDecision != nil {
    let choices = cursor.permitted.choices
    cursor.choose(choices[stream.uniform(below: choices.count)])
  }
  return cursor.assignment
}

import Decisions
import Networks
import RandomStreams
import SearchSpaces
import Testing

@Suite struct ContainmentTests {
  /// Pairs that decisions say are contained are contained to the last stored weight.
  @Test func containedPairsAreContainedLiterally() throws {
    for (index, space) in try everySpace().enumerated() {
      var stream = RandomStream(seed: 3, name: "contained").substream(UInt64(index))
      let all = try FeasibleSet(space.decisions)
      for _ in 0..<80 {
        let members = (0..<1 + stream.uniform(below: 2)).map { _ in randomMember(all, &stream) }
        let set = try FeasibleSet(
          space.decisions,
          restrictions: [space.restriction(containing: members)]
        )
        let large = randomMember(set, &stream)
        let network = try space.network(large)
        for member in members {
          #expect(space.contains(large, member))
          #expect(space.violations(large, containing: member).isEmpty)
          #expect(try network.uncoveredWeights(of: space.network(member)).isEmpty)
        }
      }
    }
  }

  /// Any pair: in the mobile spaces a violated decision shows in an uncovered weight and the other
  /// way round. In ResNet weights are uncovered exactly if depths or channels, computed here from
  /// the formulas of the reference, say so.
  @Test func violatingPairsAreCaughtBothWays() throws {
    for (index, space) in try everySpace().enumerated() {
      var stream = RandomStream(seed: 4, name: "pairs").substream(UInt64(index))
      let all = try FeasibleSet(space.decisions)
      var violating = 0
      for trial in 0..<200 {
        let small = randomMember(all, &stream)
        var large = randomMember(all, &stream)
        if trial.isMultiple(of: 2) {
          // A contained pair, spoilt in one decision: random pairs violate nearly everywhere.
          large = try space.join(small, large)
          let candidates = space.weightDecisions.filter { small[$0] > 0 }
          guard !candidates.isEmpty else { continue }
          let spoilt = candidates[stream.uniform(below: candidates.count)]
          large[spoilt] = small[spoilt] - 1
          large = try space.decisions.canonical(large.choices)
        }
        let violations = space.violations(large, containing: small)
        let uncovered = try space.network(large).uncoveredWeights(of: space.network(small))
        if let residual = space as? ResNet50Space {
          #expect(
            uncovered.isEmpty == covers(residual, large, small),
            "\(space.code(small)) in \(space.code(large))"
          )
          if violations.isEmpty { #expect(uncovered.isEmpty) }
        } else {
          #expect(violations.isEmpty == uncovered.isEmpty)
        }
        violating += violations.isEmpty ? 0 : 1
        #expect(space.contains(large, small) == violations.isEmpty)
        let restricted = try FeasibleSet(
          space.decisions,
          restrictions: [space.restriction(containing: [small])]
        )
        #expect(restricted.contains(large) == violations.isEmpty)
      }
      #expect(violating > 150)
    }
  }

  /// Whether every block and every channel of `small` exists in `large`, by the formulas.
  private func covers(_ space: ResNet50Space, _ large: Architecture, _ small: Architecture) -> Bool
  {
    func channels(_ architecture: Architecture) -> [String: Int] {
      let named = Dictionary(
        uniqueKeysWithValues: space.namedChoices(architecture).map {
          ($0.name, Double($0.choice) ?? 0)
        }
      )
      func width(_ name: String, _ base: Int) -> Int {
        makeDivisible(Double(base) * (named[name] ?? 1))
      }
      let stem = space.configuration.stemWidth
      var result = [
        "stem": width("stem.width2", stem), "stem block": named["stem.depth"] == 0 ? 0 : 1,
        "inner stem": makeDivisible(Double(width("stem.width1", stem) / 2)),
      ]
      var block = 0
      for (index, stage) in space.configuration.stages.enumerated() {
        let output = width("stage\(index + 1).width", stage.width)
        result["stage \(index)"] = output
        for _ in 0..<stage.baseDepth + 2 {
          if let ratio = named["block\(block).expand"] {
            result["block \(block)"] = expandedChannels(output, by: ratio)
          }
          block += 1
        }
      }
      return result
    }
    let available = channels(large)
    return channels(small).allSatisfy { $0.value <= available[$0.key] ?? 0 }
  }

  @Test func equalChannelsContainInSpiteOfTheDecision() throws {
    let space = try SpaceRegistry.makeSpace(name: "resnet50")
    let small = try space.architecture(#"{"d": 0, "e": 0.2, "w": [1, 0, 0, 0, 0, 0]}"#)
    let large = space.smallest
    #expect(
      space.violations(large, containing: small) == [
        ContainmentViolation(decision: "stem.width1", small: "0.8", large: "0.65")
      ]
    )
    #expect(try space.network(large) == space.network(small))
    #expect(try space.network(large).uncoveredWeights(of: space.network(small)).isEmpty)
  }

  @Test func violationsSayWhatDoesNotFit() throws {
    let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-w1.0")
    let small = try space.architecture(#"{"ks": 5, "e": 4, "d": 3}"#)
    let large = try space.architecture(#"{"ks": 3, "e": 6, "d": [2, 4, 4, 4, 4]}"#)
    let violations = space.violations(large, containing: small).map(\.description)
    #expect(
      violations.prefix(3) == [
        "stage1.depth: 3 does not fit in 2", "block1.kernel: 5 does not fit in 3",
        "block2.kernel: 5 does not fit in 3",
      ]
    )
    #expect(
      violations.contains(
        "block3.kernel: 5 does not fit, since the larger network has no such block"
      )
    )
    let uncovered = try space.network(large).uncoveredWeights(of: space.network(small))
    #expect(uncovered.contains { $0.large == nil && $0.small.key.hasPrefix("blocks.3.") })
    let kernel = uncovered.first { $0.small.key == "blocks.1.conv.depth_conv.conv.conv.weight" }
    #expect(kernel?.small.indices == [0..<64, 0..<1, 1..<6, 1..<6])
    #expect(kernel?.large?.indices == [0..<96, 0..<1, 2..<5, 2..<5])
  }

  /// Kernel matrices run against the rule: the contained 3x3 kernel reads two, the 7x7 none.
  @Test func kernelMatricesAreNotContained() throws {
    let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-w1.0")
    let small = try space.network(space.architecture(#"{"ks": 3, "e": 3, "d": 2}"#))
    let large = try space.network(space.architecture(#"{"ks": 7, "e": 3, "d": 2}"#))
    #expect(large.uncoveredWeights(of: small).isEmpty)
    #expect(large.usedKernelMatrices.isEmpty)
    #expect(small.usedKernelMatrices.count == 20 && large.matricesBeyond(small).count == 20)
    #expect(
      small.usedKernelMatrices.prefix(2) == [
        "blocks.1.conv.depth_conv.conv.5to3_matrix", "blocks.1.conv.depth_conv.conv.7to5_matrix",
      ]
    )
    #expect(small.matricesBeyond(small).isEmpty)
  }

  @Test func resolutionPlaysNoPart() throws {
    var images = ImageTask.fashionMNIST
    images.resolutions = [24, 28]
    let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-small", images: images)
    let coarse = space.smallest
    var fine = coarse
    fine[0] = 1
    #expect(space.contains(coarse, fine) && space.contains(fine, coarse))
  }
}

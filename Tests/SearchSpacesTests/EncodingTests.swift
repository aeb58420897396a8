import Decisions
import Foundation
import RandomStreams
import SearchSpaces
import Testing

@Suite struct EncodingTests {
  @Test func everyFormReadsBack() throws {
    for (index, space) in try everySpace().enumerated() {
      var stream = RandomStream(seed: 5, name: "encodings").substream(UInt64(index))
      let all = try FeasibleSet(space.decisions)
      let samples = (0..<40).map { _ in randomMember(all, &stream) }
      for architecture in samples + [space.smallest, space.largest] {
        let pairs = space.namedChoices(architecture).map { "\($0.name)=\($0.choice)" }
        let forms = [
          space.code(architecture), space.json(architecture), pairs.joined(separator: ", "),
          try #require(space.ofaJSON(architecture)),
        ]
        for form in forms { #expect(try space.architecture(form) == architecture, "\(form)") }
        let configuration = try #require(space.ofaConfiguration(architecture))
        let data = try JSONEncoder().encode(configuration)
        let decoded = try JSONDecoder().decode(OFAConfiguration.self, from: data)
        #expect(try space.architecture(decoded) == architecture)
      }
      #expect(try space.architecture("smallest") == space.smallest)
      #expect(try space.architecture("largest") == space.largest)
    }
  }

  @Test func formsLookAsDocumented() throws {
    let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-small")
    var choices = space.largest
    choices[0] = 1
    let architecture = try space.decisions.canonical(choices.choices)
    #expect(space.code(architecture) == "1.12.12.--.2.12.12.12.2.12.12.12")
    #expect(space.json(architecture).hasPrefix(#"{"stage1.depth": 2, "block1.kernel": 5, "#))
    #expect(
      space.ofaJSON(architecture)
        == #"{"ks": [5, 5, 3, 5, 5, 5, 5, 5, 5], "e": [6, 6, 3, 6, 6, 6, 6, 6, 6], "d": [2, 3, 3]}"#
    )
  }

  @Test func scalarsStandForLists() throws {
    let space = try SpaceRegistry.makeSpace(name: "proxylessnas-w1.3")
    let one = try space.architecture(#"{"wid": null, "ks": 5, "e": 4, "d": 3}"#)
    let lists = OFAConfiguration(
      lists: [
        "ks": [Double](repeating: 5, count: 21), "e": [Double](repeating: 4, count: 21),
        "d": [3, 3, 3, 3, 3, 1],
      ])
    #expect(try space.architecture(lists) == one)
  }

  @Test(arguments: [
    (#"{"ks": [3, 5], "e": 3, "d": 2}"#, "'ks' has 2 numbers; it takes 9, or one for all"),
    (#"{"ks": 3, "e": 3, "d": [2, 7, 2]}"#, "d[1] (stage2.depth) is 7; its choices are 1, 2, 3"),
    (#"{"ks": 4, "e": 3, "d": 2}"#, "ks[0] (block1.kernel) is 4; its choices are 3, 5"),
    (#"{"ks": 3, "e": 3}"#, "the key 'd' is missing"),
    (#"{"ks": 3, "e": 3, "d": 2, "w": 1}"#, "unknown key 'w'"),
    (#"{"stage1.depth": 9}"#, "stage1.depth is 9; its choices are 1, 2, 3"),
    (#"{"stage1.dept": 2}"#, "did you mean 'stage1.depth'?"),
    ("stage1.depth=2", "block1.kernel is missing; its choices are 3, 5"),
    ("stage1.depth=2 stage1.depth=2", "stage1.depth is given twice"),
    ("stage1.depth=2=3", "not of the form name=choice"),
    ("012", "has 3 characters without dots; the space has 21 decisions"),
    ("9.12.12.--.2.12.12.12.2.12.12.12", "stage1.depth is '9'"),
    ("1.1-.12.--.2.12.12.12.2.12.12.12", "block1.expand is '-'"),
    (#"{"ks": 3,"#, "not a JSON object"),
    (#"{"stage1.depth": [1]}"#, "not a JSON object of names and choices"),
    ("", "has 0 characters"),
  ])
  func errorsNameTheEntry(text: String, message: String) throws {
    let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-small")
    #expect {
      try space.architecture(text)
    } throws: { error in
      "\(error)".contains(message)
    }
  }

  @Test func resolutionHasItsOwnKey() throws {
    var images = ImageTask.imageNet
    images.resolutions = [160, 192, 224]
    let space = try SpaceRegistry.makeSpace(name: "mobilenetv3-w1.0", images: images)
    let architecture = try space.architecture(#"{"ks": 3, "e": 3, "d": 2, "r": [192]}"#)
    #expect(try space.network(architecture).resolution == 192)
    #expect(space.ofaJSON(architecture)?.hasSuffix(#""d": [2, 2, 2, 2, 2], "r": [192]}"#) == true)
  }
}

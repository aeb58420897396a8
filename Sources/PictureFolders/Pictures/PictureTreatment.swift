import ImageData

/// What had to be done to the pictures of an import, counted.
struct PictureTreatment {
  private enum Kind: CaseIterable {
    case turned, transparent, cmyk, hasMore, deep, warned
  }

  private var counts: [Kind: (count: Int, examples: [String])] = [:]
  private var largestSample = 0

  mutating func add(_ traits: PictureTraits, _ path: String) {
    if traits.wasTurned { add(.turned, path) }
    if traits.isTransparent { add(.transparent, path) }
    if traits.isCMYK { add(.cmyk, path) }
    if traits.hasMore { add(.hasMore, path) }
    if let warning = traits.warning { add(.warned, "\(path) (\(warning))") }
    if let largest = traits.largestSample {
      add(.deep, path)
      largestSample = max(largestSample, largest)
    }
  }

  private mutating func add(_ kind: Kind, _ example: String) {
    counts[kind, default: (0, [])].count += 1
    if counts[kind, default: (0, [])].examples.count < ImportNote.exampleCount {
      counts[kind, default: (0, [])].examples.append(example)
    }
  }

  /// How many bits the 16-bit samples use: of the depths that cameras and scanners have.
  private var usedBits: Int { [8, 10, 12, 14].first { largestSample < 1 << $0 } ?? 16 }

  /// The 16-bit sample that becomes 255. Samples that fill less than 16 bits are stretched, since
  /// their upper 8 bits alone would be nearly black.
  var white: Int { (1 << usedBits) - 1 }

  /// - Parameter decoding: how the pictures were decoded.
  func notes(_ decoding: ImageDecoder.Options) -> [ImportNote] {
    Kind.allCases.compactMap { kind in
      counts[kind].map { ImportNote(text(kind, decoding), count: $0.count, examples: $0.examples) }
    }
  }

  private func text(_ kind: Kind, _ decoding: ImageDecoder.Options) -> String {
    switch kind {
    case .turned: "pictures turned upright by orientation tags"
    case .transparent: "transparent pictures composed on \(decoding.background)"
    case .cmyk:
      "CMYK pictures turned into \(decoding.channels == 1 ? "grey" : "RGB") without a colour profile"
    case .hasMore: "pictures of several frames or pages, of which only the first is used"
    case .deep where usedBits < 16:
      "pictures of 16 bits stretched: no sample uses more than \(usedBits) bits, so that \(white) is white"
    case .deep: "pictures of 16 bits reduced to their upper 8 bits"
    case .warned: "pictures used although the decoder warned"
    }
  }
}

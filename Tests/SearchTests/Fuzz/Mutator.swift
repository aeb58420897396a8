import RandomStreams

/// Changes files as damage and malice do: bits, lengths and counts, lost and repeated parts.
struct Mutator {
  var stream: RandomStream

  private mutating func below(_ bound: Int) -> Int { stream.uniform(below: max(1, bound)) }

  /// One to eight changes of `seed`; some take a part of `other`.
  mutating func mutate(_ seed: [UInt8], _ other: [UInt8]) -> [UInt8] {
    var bytes = seed
    for _ in 0...below(8) { change(&bytes, other) }
    return Array(bytes.prefix(1 << 20))
  }

  private mutating func change(_ bytes: inout [UInt8], _ other: [UInt8]) {
    let place = below(bytes.count)
    let end = min(bytes.count, place + 1 + below(below(2) == 0 ? 8 : 256))
    switch below(9) {
    case 0 where !bytes.isEmpty: bytes[place] ^= 1 << UInt8(below(8))
    case 1 where !bytes.isEmpty: bytes[place] = UInt8(below(256))
    case 2:
      // A number where one may stand: lengths, offsets and counts of every width and order.
      let values: [UInt64] = [
        0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff,
        0x7fff_ffff_ffff_ffff, 0x8000_0000_0000_0000, .max, UInt64(below(1 << 40)),
      ]
      let value = values[below(values.count)]
      let width = [1, 2, 4, 8][below(4)]
      let isLittle = below(2) == 0
      for index in 0..<width where place + index < bytes.count {
        let shift = 8 * (isLittle ? index : width - 1 - index)
        bytes[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(shift))
      }
    case 3 where place < end: bytes.removeSubrange(place..<end)
    case 4 where place < end: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 5: bytes.removeLast(min(bytes.count, 1 + below(64)))
    case 6 where !other.isEmpty:
      let from = below(other.count)
      let part = other[from..<min(other.count, from + 1 + below(64))]
      bytes.replaceSubrange(place..<min(bytes.count, place + part.count), with: part)
    case 7 where place < end:
      for index in place..<end { bytes[index] = UInt8(below(256)) }
    default: bytes.insert(UInt8(below(256)), at: min(place, bytes.count))
    }
  }
}

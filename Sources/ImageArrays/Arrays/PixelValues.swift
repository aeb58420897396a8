import HDF5
import ImageData

/// How the numbers of an image array become bytes.
enum PixelValues: Equatable {
  /// They are bytes.
  case bytes
  /// Whole numbers from 0 to 255 of another type.
  case whole
  /// Real numbers from 0 to 255: rounded.
  case rounded
  /// From 0 to 1: multiplied by 255 and rounded.
  case scaled

  /// Reads all numbers once, unless they are bytes.
  ///
  /// - Throws: `ImageDataError` when they are no pixels, with what to do about it.
  init(_ images: ImageArray) throws {
    let array = images.array
    if array.isBoolean {
      self = .scaled
      return
    }
    switch array.elementType {
    case .uint8:
      self = .bytes
      return
    case .string, .other:
      throw array.refuse(
        "the elements are \(array.elementType == .string ? "texts" : "no numbers"), pixels were expected",
        remedy: "Store the images as unsigned bytes (uint8) from 0 to 255."
      )
    default: break
    }
    var (least, most, isWhole) = (Double.infinity, -Double.infinity, true)
    var notFinite: Set<Int> = []
    let block = array.blockLength(along: images.axis, near: 4 << 20, elementSize: 8)
    let inner = array.shape[(images.axis + 1)...].reduce(1, *)
    for start in stride(from: 0, to: images.count, by: block) {
      let rows = start..<min(images.count, start + block)
      for (place, value) in try array.numbers(rows, axis: images.axis).enumerated() {
        // A value that is no number fails here, too.
        guard value >= -1e30, value <= 1e30 else {
          notFinite.insert(start + place / inner % rows.count)
          continue
        }
        least = min(least, value)
        most = max(most, value)
        isWhole = isWhole && value == value.rounded()
      }
    }
    guard notFinite.isEmpty else {
      let first = notFinite.sorted().prefix(5).map(String.init).joined(separator: ", ")
      let rest = notFinite.count > 5 ? ", ..." : ""
      throw array.refuse(
        "pixels are not finite (NaN or infinite) in \(notFinite.count) of \(images.count) images: "
          + "rows \(first)\(rest), counted from 0",
        remedy: "Replace them, x = numpy.nan_to_num(x), or leave those images out."
      )
    }
    let isReal = array.elementType == .float32 || array.elementType == .float64
    let range = "values from \(PixelValues.short(least)) to \(PixelValues.short(most))"
    if least > most {
      self = .bytes
    } else if least >= 0, most <= 1, isReal {
      self = .scaled
    } else if least >= 0, most <= 255 {
      self = isWhole ? .whole : .rounded
    } else if least >= -1, most <= 1 {
      throw array.refuse(
        "the pixels have \(range), 0 to 1 or 0 to 255 were expected",
        remedy: "Scale them before: x = (x + 1) / 2."
      )
    } else if least >= 0, most <= 65_535, isWhole {
      throw array.refuse(
        "the pixels have \(range), 0 to 255 were expected",
        remedy: most > 4095
          ? "If they have 16 bits, scale them before: x = (x // 257).astype('uint8')."
          : "Scale them before: x = (x * (255 / \(most > 1023 ? 4095 : 1023))).astype('uint8'), for "
            + "\(most > 1023 ? 12 : 10) bits."
      )
    } else {
      throw array.refuse(
        "the pixels have \(range), 0 to 255 were expected",
        remedy:
          "If mean and deviation were taken out, give the images as they were before; else scale "
          + "them: x = (x - x.min()) / (x.max() - x.min())."
      )
    }
  }

  func bytes(_ values: [Double]) -> [UInt8] {
    let factor = self == .scaled ? 255.0 : 1.0
    return values.map { UInt8(max(0, min(255, ($0 * factor).rounded()))) }
  }

  func note(_ array: some ForeignArray, count: Int) -> ImportNote? {
    let text: String
    let name = array.name.isEmpty ? "" : " (\(array.name))"
    switch self {
    case .bytes: return nil
    case .whole: text = "images\(name) stored as \(array.kind) with whole values, taken as bytes"
    case .rounded: text = "images\(name) stored as \(array.kind) from 0 to 255, rounded to bytes"
    case .scaled:
      text =
        array.isBoolean
        ? "images\(name) stored as truth values, taken as 0 and 255"
        : "images\(name) stored as \(array.kind) from 0 to 1, multiplied by 255 and rounded to bytes"
    }
    return ImportNote(text, count: count)
  }

  private static func short(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(Float(value))
  }
}

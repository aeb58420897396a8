/// What can be wrong with predictions that are to be compared.
public enum FlipError: Error, Equatable, CustomStringConvertible {
  /// A list, with what messages call it.
  public struct Sized: Sendable, Equatable {
    public var name: String
    public var count: Int

    public init(name: String, count: Int) {
      self.name = name
      self.count = count
    }
  }

  case noImages
  case lengthMismatch(Sized, Sized)
  /// Two models were measured on images with different labels, first at this index.
  case differentLabels(index: Int)
  /// A line, counted from 1, of a predictions file is not a class.
  case invalidLine(Int, text: String, reason: String)
  case wrongLineCount(expected: Int, found: Int)
  case noValues

  public var description: String {
    switch self {
    case .noImages:
      return "there are no images to compare predictions on"
    case .lengthMismatch(let first, let second):
      return "there are \(first.count) \(first.name) but \(second.count) \(second.name); "
        + "both must be for the same images"
    case .differentLabels(let index):
      return "the two models were measured on different labels, first at image \(index); "
        + "measure both on the same split"
    case .invalidLine(let line, let text, let reason):
      return "line \(line) of the predictions, '\(text)', \(reason); "
        + "each line holds the class of one image"
    case .wrongLineCount(let expected, let found):
      return "the predictions are for \(found) images, the split has \(expected); "
        + (found == expected + 1
          ? "one line is too many: if the first is a heading, as some programs write one, remove it"
          : "give one line per image, in the split's order")
    case .noValues:
      return "there are no values to summarise"
    }
  }
}

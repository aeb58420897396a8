/// Why a member of a family cannot be exported.
public enum DeliveryError: Error, Hashable, Sendable, CustomStringConvertible {
  case noSuchMember(number: Int, count: Int, family: String)
  /// The exported file does not predict what the family does.
  case wrongPredictions(file: String, member: Int, difference: Verification)
  /// What was read back is not what was written.
  case notReadBack(file: String, member: Int, reason: String)
  /// A data set whose test images are not those that the family predicts.
  case otherImages(file: String, expected: String, found: String)

  public var description: String {
    switch self {
    case .noSuchMember(let number, let count, let family):
      "\(family): there is no member \(number). Its members are 1 to \(count), smallest first."
    case .wrongPredictions(let file, let member, let difference):
      "\(file) of member \(member) does not predict what the family does: \(difference.fault). Nothing was "
        + "written. Please report this with the family file."
    case .notReadBack(let file, let member, let reason):
      "\(file) of member \(member) cannot be read back: \(reason). Nothing was written. Please report this "
        + "with the family file."
    case .otherImages(let file, let expected, let found):
      "\(file): its test images are not those of the family: their SHA-256 is \(found), and \(expected) was "
        + "expected. Give the data set that the run was made with, or leave --data out."
    }
  }
}

/// What can go wrong with a run as a whole.
public enum RunError: Error, CustomStringConvertible, Equatable {
  /// The folder of a new run exists already.
  case exists(folder: String)
  /// The folder holds no run.
  case notARun(folder: String, missing: String)
  /// Another process works in the folder.
  case busy(folder: String, holder: String)
  /// No checkpoint could be loaded; each with the reason.
  case noUsableCheckpoint(folder: String, reasons: [String])
  /// The checkpoint stands on other data, another supernet or another configuration.
  case mismatch(what: String, differences: [String])
  /// A budget that no network of the space meets, or that bounds nothing.
  case impossibleBudget(String)
  /// A reference or another input that does not fit the data set.
  case invalidInput(String)
  /// An input file that is not there.
  case missingInput(String)
  /// The work asked for is not done yet.
  case unfinished(String)

  public var description: String {
    switch self {
    case .exists(let folder):
      return
        "\(folder): a run is there already; go on with 'regnas resume \(folder)', choose another --name, or pass --overwrite"
    case .notARun(let folder, let missing):
      return "\(folder): this is not the folder of a run (\(missing) is missing)"
    case .busy(let folder, let holder):
      return "\(folder): another process works on this run (\(holder)); wait for it or stop it"
    case .noUsableCheckpoint(let folder, let reasons):
      let detail = reasons.isEmpty ? "there is none" : reasons.joined(separator: "; ")
      return "\(folder): no checkpoint can be used: \(detail)"
    case .mismatch(let what, let differences):
      return "the checkpoint belongs to \(what): \(differences.joined(separator: "; "))"
    case .missingInput(let path):
      return "\(path): there is no such file, or it cannot be read"
    case .impossibleBudget(let text), .invalidInput(let text), .unfinished(let text):
      return text
    }
  }
}

/// Why a foreign checkpoint cannot be imported: what is wrong, in which file, and how to mend it.
package struct ImportError: Error, Equatable, Sendable, CustomStringConvertible {
  package var cause: Cause
  /// The path of the file; `nil` for bytes in memory.
  package var file: String?

  package init(_ cause: Cause, file: String? = nil) {
    self.cause = cause
    self.file = file
  }

  package enum Cause: Equatable, Sendable {
    /// There is no such file.
    case missing
    /// The system refused to read it.
    case unreadable(reason: String)
    /// The content is none of the three formats.
    case unknownFormat(reason: String)
    /// `part` needs more bytes than there are.
    case truncated(part: String, needed: Int, available: Int)
    /// `part` breaks the rules of its format.
    case damaged(part: String, reason: String)
    /// The pickle wants to make or call something that is not a tensor: `global` as `posix.system`.
    case codeRefused(global: String)
    /// The file is sound, and uses something that this reader does not read.
    case unsupported(part: String, reason: String)
    /// A guard against files made to exhaust memory or time.
    case limitExceeded(part: String, limit: Int)
    /// The file holds no tensor.
    case noTensors
    /// The keys do not map onto those of the supernet.
    case problems([ImportProblem])
  }

  package var description: String {
    "\(file.map { "'\($0)'" } ?? "the checkpoint") cannot be imported: \(cause)"
  }
}

extension ImportError.Cause: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing:
      return "there is no such file"
    case .unreadable(let reason):
      return reason
    case .unknownFormat(let reason):
      return
        "\(reason); a file of torch.save (zip or legacy pickle) or a safetensors file is expected"
    case .truncated(let part, let needed, let available):
      return
        "\(printable(part)) needs \(needed) bytes and \(available) are left; the file is cut short or damaged: fetch it again"
    case .damaged(let part, let reason):
      return "\(printable(part)) is damaged: \(printable(reason, limit: 500)); fetch the file again"
    case .codeRefused(let global):
      return
        "its pickle names \(printable(global)), which no state dict of tensors needs; nothing was executed. Save only the tensors: torch.save(model.state_dict(), path)"
    case .unsupported(let part, let reason):
      return "\(printable(part)) is not supported: \(printable(reason, limit: 500))"
    case .limitExceeded(let part, let limit):
      return
        "\(printable(part)) is beyond the limit of \(limit), which no checkpoint of a supernet needs"
    case .noTensors:
      return "it holds no tensor; a state dict is expected, bare or under the key 'state_dict'"
    case .problems(let problems):
      return
        (["\(problems.count) of its keys do not map onto the supernet:"]
        + problems.map { "  \($0)" }).joined(separator: "\n")
    }
  }
}

extension ImportError {
  /// Runs `body`, and adds the file to what it throws.
  static func naming<T>(
    _ file: String?,
    _ body: () throws(ImportError) -> T
  ) throws(ImportError) -> T {
    do {
      return try body()
    } catch {
      throw ImportError(error.cause, file: error.file ?? file)
    }
  }
}

/// Why a TorchScript file cannot be used: what, in which file, and how to mend it.
public struct TorchScriptError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Kind: String, Sendable, Hashable {
    /// Another kind of file: no zip archive, an archive cut short, weights without a module.
    case notTorchScript
    /// A module whose code this version of libtorch does not know.
    case unknownCode
    /// The module does not take such a tensor.
    case refusedInput
    case outputIsNoTensor
  }

  public let kind: Kind
  public let file: String
  public let cause: String
  public let remedy: String

  init(_ kind: Kind, _ file: String, cause: String, remedy: String) {
    self.kind = kind
    self.file = file
    self.cause = cause
    self.remedy = remedy
  }

  public var description: String { "\(file): \(cause). \(remedy)" }
}

extension TorchScriptError {
  private static let howToSave =
    "Save the module itself in Python: torch.jit.trace(model.eval(), image).save(path)."

  /// - Parameters:
  ///   - bytes: the first of the file.
  ///   - message: libtorch's.
  ///   - isInterpreter: whether the failure is of the module's code and not of the file.
  init(loading file: String, bytes: ArraySlice<UInt8>, message: String, isInterpreter: Bool) {
    // "PK": a zip archive.
    let isArchive = bytes.starts(with: [0x50, 0x4B])
    if message.contains("constants.pkl") {
      self.init(
        .notTorchScript,
        file,
        cause: "this file holds weights (a state dict), not a TorchScript module",
        remedy: Self.howToSave
      )
    } else if message.contains("no method forward") {
      self.init(
        .notTorchScript,
        file,
        cause: "the module in this file has no method 'forward'",
        remedy: Self.howToSave
      )
    } else if isInterpreter {
      self.init(
        .unknownCode,
        file,
        cause: "libtorch \(TorchRuntime.builtVersion) cannot compile the module: "
          + Self.firstLine(message),
        remedy: "Save it with a version of PyTorch near to this one."
      )
    } else if !isArchive {
      self.init(
        .notTorchScript,
        file,
        cause: bytes.isEmpty
          ? "the file is empty" : "this is no TorchScript file (it is no zip archive)",
        remedy: Self.howToSave
      )
    } else if message.contains("central directory") {
      self.init(
        .notTorchScript,
        file,
        cause: "the archive is damaged or cut short",
        remedy: "Copy or save it again."
      )
    } else {
      self.init(
        .notTorchScript,
        file,
        cause: "libtorch \(TorchRuntime.builtVersion) cannot read this archive: "
          + Self.firstLine(message),
        remedy: Self.howToSave
      )
    }
  }

  init(running file: String, on input: Tensor, message: String, isInterpreter: Bool) {
    self.init(
      .refusedInput,
      file,
      cause: "the module fails for an input \(input.summary): "
        + (isInterpreter ? Self.lastLine(message) : Self.firstLine(message)),
      remedy: "Check the size, channels and element type that it was saved for."
    )
  }

  private static func firstLine(_ message: String) -> String {
    ended(message.split(whereSeparator: \.isNewline).first ?? "no reason given")
  }

  /// The interpreter writes a trace of the source first and what happened last.
  private static func lastLine(_ message: String) -> String {
    let lines = message.split(whereSeparator: \.isNewline)
    let marker = "RuntimeError: "
    let line = lines.last { $0.contains(marker) } ?? lines.last ?? "no reason given"
    return ended(line.firstRange(of: marker).map { line[$0.upperBound...] } ?? line)
  }

  /// Without the full stop that the description adds.
  private static func ended(_ line: Substring) -> String {
    String(line.last == "." ? line.dropLast() : line)
  }
}

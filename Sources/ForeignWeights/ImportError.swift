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
    /// Something else is there than a regular file.
    case noFile(isFolder: Bool)
    /// The content is of no format that is known here.
    case unknownFormat(reason: String)
    /// The content is of another format.
    case otherFormat(OtherFormat)
    /// `part` needs more bytes than there are.
    case truncated(part: String, needed: Int, available: Int)
    /// `part` breaks the rules of its format.
    case damaged(part: String, reason: String)
    /// The file is sound, and uses something that this reader does not read.
    case unsupported(part: String, reason: String)
    /// A guard against files made to exhaust memory or time.
    case limitExceeded(part: String, limit: Int)
    /// The file holds no tensor, only what is said here.
    case noTensors(ForeignCheckpoint.Rest)
    /// The file holds a module of this class, which only its own code could unpack, under `key` or as
    /// the only object.
    case wholeModule(String, key: String?)
    /// Several sets of weights fit as well as each other, by what their keys begin with.
    case ambiguous(sets: [String])
    /// No weights are under what `option` names; those that could be meant.
    case noSuchSet(option: String, isAverage: Bool, there: [String])
    /// The keys do not map onto those of the supernet.
    case problems([ImportProblem], hint: String?)
  }

  package var description: String {
    "\(file.map { "'\($0)'" } ?? "the checkpoint") cannot be imported: \(cause)"
  }
}

extension ImportError.Cause: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing:
      return "there is no such file; check the path"
    case .unreadable(let reason):
      return "it cannot be read (\(reason)); check its permissions and the disk"
    case .noFile(let isFolder):
      return isFolder
        ? "it is a folder; give the file of weights in it"
        : "it is not a regular file; save the weights in one"
    case .unknownFormat(let reason):
      return
        "\(reason); a file of torch.save (zip or legacy pickle) or a safetensors file is expected"
    case .otherFormat(let format):
      return "it is \(format.what); \(format.remedy)"
    case .truncated(let part, let needed, let available):
      return
        "\(printable(part)): \(needed) bytes are needed and \(available) are left; the file is cut short or damaged: fetch it again"
    case .damaged(let part, let reason):
      return "\(printable(part)) is damaged: \(printable(reason, limit: 500)); fetch the file again"
    case .unsupported(let part, let reason):
      return "\(printable(part)) is not supported: \(printable(reason, limit: 500))"
    case .limitExceeded(let part, let limit):
      return
        "\(printable(part)) is beyond the limit of \(limit), which no checkpoint of a supernet needs"
    case .noTensors(let rest):
      return rest.reasonForNoTensors
    case .wholeModule(let name, let key):
      let place = key.map { "['\(printable($0, limit: 60))']" } ?? ""
      return
        "it holds a whole module, of the class \(printable(name)), which only that code can unpack; "
        + "nothing was executed. Where the code is at hand and the file is trusted, save the tensors in "
        + "Python: torch.save(torch.load(path, weights_only=False)\(place).state_dict(), 'weights.pth')"
    case .ambiguous(let sets):
      let choices = sets.map(Self.quoted)
      return
        "it holds \(sets.count) sets of weights that fit equally well: "
        + "\(choices.prefix(10).joined(separator: ", ")). Choose one: --key \(Self.key(of: sets[0]))"
    case .noSuchSet(let option, let isAverage, let there):
      let choices = there.prefix(10).map(Self.quoted).joined(separator: ", ")
      let more = there.count > 10 ? " and \(there.count - 10) more" : ""
      return
        "\(printable(option)): "
        + "there is no \(isAverage ? "set of averaged weights" : "such set of weights"); "
        + (there.isEmpty ? "no tensor fits anywhere" : "there are those of \(choices)\(more)")
        + (isAverage && !there.isEmpty ? ". Leave --ema out, or choose one of them by --key" : "")
    case .problems(let problems, let hint):
      let count = problems.count
      return
        (["\(count) of its tensors \(count == 1 ? "does" : "do") not go into the supernet:"]
        + ImportProblem.lines(problems) + [hint].compactMap { $0 }).joined(separator: "\n")
    }
  }

  /// A set as messages name it, without the dot behind it.
  private static func quoted(_ prefix: String) -> String {
    prefix.isEmpty ? "the outermost dictionary" : "'\(key(of: prefix))'"
  }

  private static func key(of prefix: String) -> String {
    printable(prefix.hasSuffix(".") ? String(prefix.dropLast()) : prefix)
  }
}

extension ForeignCheckpoint.Rest {
  fileprivate var reasonForNoTensors: String {
    let arrays = objects.values.contains("numpy.ndarray") || object == "numpy.ndarray"
    if arrays {
      return "it holds NumPy arrays and no tensor; save them as tensors in Python: torch.save("
        + "{name: torch.as_tensor(value) for name, value in weights.items()}, 'weights.pth')"
    }
    let found = object ?? objects.min { $0.key < $1.key }?.value
    let what = found.map { ", but an object of \(printable($0))" } ?? ""
    return
      "it holds no tensor\(what); nothing was executed. A state dict is expected, bare or in a "
      + "dictionary; save one in Python: torch.save(model.state_dict(), 'weights.pth')"
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

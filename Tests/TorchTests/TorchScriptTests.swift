import AtomicFiles
import TestSupport
import Testing
import Torch

/// Modules made, saved, read and run by libtorch itself, and what is said of files that are none.
@Suite struct TorchScriptTests {
  /// `x * scale + offset`, the scale in a child with a number for a name.
  private func scaling(_ forward: String) throws -> [UInt8] {
    let child = try TorchScriptDraft(className: "Scale")
    try child.add(Tensor([2, 3] as [Float], shape: [2]), named: "weight", as: .parameter)
    let module = try TorchScriptDraft(className: "Scaling")
    try module.add(Tensor([1, 1] as [Float], shape: [2]), named: "offset", as: .buffer)
    try module.add(child, named: "0")
    try module.define(forward)
    return try module.fileBytes(extra: ("note.txt", "scaling"))
  }

  private let forward = """
    def forward(self, x: Tensor) -> Tensor:
        return x * getattr(self, "0").weight + self.offset

    """

  @Test func aWrittenModuleIsReadAndRun() throws {
    let bytes = try scaling(forward)
    let module = try TorchScriptModule(bytes: bytes)
    let output = try module(Tensor([1, 10, 2, 20] as [Float], shape: [2, 2]))
    #expect(output.shape == [2, 2])
    #expect(try output.array(Float.self) == [3, 31, 5, 61])
    #expect(try scaling(forward) == bytes)
  }

  @Test func aModuleIsReadFromAFile() throws {
    let folder = try TemporaryFolder()
    let path = try folder.put(scaling(forward), "model.pt")
    let output = try TorchScriptModule(path: path)(Tensor([1, 1] as [Float], shape: [2]))
    #expect(try output.array(Float.self) == [3, 4])
  }

  /// The error of loading, or of running on `input`.
  private func refusal(_ bytes: [UInt8], _ input: Tensor? = nil) throws -> TorchScriptError? {
    do throws(TorchScriptError) {
      let module = try TorchScriptModule(bytes: bytes, name: "m.pt")
      if let input { _ = try module(input) }
      return nil
    } catch {
      #expect(error.file == "m.pt")
      #expect(!error.description.contains("\n"), "\(error)")
      return error
    }
  }

  @Test func aMissingFileIsNamed() throws {
    do {
      _ = try TorchScriptModule(path: "/nowhere/m.pt")
      Issue.record("a file that is not there was read")
    } catch let error as StorageError {
      #expect(error.isMissingFile && error.path == "/nowhere/m.pt")
    }
  }

  @Test func whatIsNoModuleIsToldApart() throws {
    let whole = try scaling(forward)
    let cases: [([UInt8], String)] = [
      ([], "the file is empty"),
      (Array("\u{89}HDF\r\n".utf8), "it is no zip archive"),
      (Array(whole.prefix(whole.count / 2)), "the archive is damaged or cut short"),
      (
        try bytes(of: fixture("Import/ema.zip.pt")),
        "holds weights (a state dict), not a TorchScript module"
      ),
      (try scaling("def other(self, x):\n    return x\n"), "no method 'forward'"),
    ]
    for (bytes, words) in cases {
      let error = try refusal(bytes)
      #expect(error?.kind == .notTorchScript)
      #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
  }

  @Test func whatCannotRunIsSaid() throws {
    let input = try Tensor([1, 2, 3] as [Float], shape: [3])
    let wrongShape = try refusal(scaling(forward), input)
    #expect(wrongShape?.kind == .refusedInput)
    #expect(wrongShape?.description.contains("float32[3]") == true)
    #expect(wrongShape?.description.contains("must match") == true)
    let outputs = [
      ("return x, x", "Tuple"), (#"return {"logits": x}"#, "Dict"), ("return 1", "int"),
    ]
    for (statement, type) in outputs {
      let error = try refusal(scaling("def forward(self, x: Tensor):\n    \(statement)\n"), input)
      #expect(error?.kind == .outputIsNoTensor)
      #expect(error?.description.contains(type) == true, "\(String(describing: error))")
    }
  }

  /// The operator's name is replaced in the archive, whose entries are not compressed, and whose checksums
  /// libtorch does not look at.
  @Test func anUnknownOperatorIsNamed() throws {
    var file = try scaling("def forward(self, x: Tensor) -> Tensor:\n    return torch.tanh(x)\n")
    let name = try #require(file.firstRange(of: Array("torch.tanh".utf8)))
    file.replaceSubrange(name, with: Array("torch.tanz".utf8))
    let error = try refusal(file)
    #expect(error?.kind == .unknownCode, "\(String(describing: error))")
    #expect(error?.description.contains("aten::tanz") == true, "\(String(describing: error))")
  }
}

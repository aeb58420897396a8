import Foundation
import TestSupport
import Testing

/// `regnas supernet import`, as a user calls it: weights of a run, as other programs keep them.
@Suite(.serialized, .enabled(if: SmallData.isThere, SmallData.note)) struct SupernetImportTests {
  private let regnas: Regnas
  private var folder: TemporaryFolder { regnas.folder }

  init() throws { regnas = try Regnas.afterQuickRun() }

  /// The run's weights as safetensors, keys and values changed by a line of Python.
  private func save(_ name: String, _ change: String = "") throws {
    try H5py.run(
      """
      import h5py, json, numpy as np, struct, sys
      with h5py.File('checkpoints/whole/supernet.h5') as f:
        w = {}
        f['state'].visititems(
          lambda n, o: w.update({n: o[()]}) if isinstance(o, h5py.Dataset) else None)
      \(change)
      header, data = {}, b''
      for key, value in w.items():
        value = np.asarray(value)
        kind = {'float32': 'F32', 'float16': 'F16', 'int64': 'I64'}[str(value.dtype)]
        header[key] = {'dtype': kind, 'shape': value.shape,
          'data_offsets': [len(data), len(data) + value.nbytes]}
        data += value.tobytes()
      text = json.dumps(header).encode()
      open(sys.argv[1], 'wb').write(struct.pack('<Q', len(text)) + text + data)
      """,
      name,
      in: folder
    )
  }

  private static let importing: Command =
    "supernet import --space mobilenetv3-small --width-multiplier 0.25"

  @Test(.enabled(if: H5py.isInstalled, H5py.note))
  func filesThatAreThereAreKept() throws {
    try save("w.safetensors")
    try folder.put("mine", "notes.txt")
    let command: Command = "\(Self.importing) w.safetensors --out"
    try regnas.refuse("\(command) notes.txt", 64, "notes.txt", "is there already", "--overwrite")
    #expect(folder.text("notes.txt") == "mine")
    try regnas.refuse("\(command) no/w.h5", 66, "no: cannot write to")
    try regnas.refuse(
      "\(command) checkpoints",
      64,
      "checkpoints: this is not a regular file but a folder"
    )
    try regnas.refuse("\(command) checkpoints --overwrite", 64, "not a regular file")
    try regnas.refuse("\(command) w.safetensors --overwrite", 64, "the checkpoint itself")
    try regnas.succeed("\(command) notes.txt --overwrite")
    // What was exported comes back as it was.
    let search: Command = "train --config run.yaml --quiet --name again"
    try regnas.succeed("\(search) --set supernet.file=notes.txt")
    #expect(
      folder.text("checkpoints/again/metrics.jsonl").contains("controller-2"),
      "the search ran on the imported weights"
    )
  }

  @Test(.enabled(if: H5py.isInstalled, H5py.note))
  func weightsThatAreNoNumbersAreRefused() throws {
    try save("nan.safetensors", "w['first_conv.conv.weight'] *= np.nan")
    let command: Command = "\(Self.importing) nan.safetensors"
    let parts = ["'first_conv.conv.weight'", "values are NaN"]
    try regnas.refuse("\(command) --out nan.h5", 65, parts[0], parts[1])
    #expect(!folder.exists("nan.h5"))
    let dry = try regnas("\(command) --dry-run")
    #expect(dry.status == 65 && parts.allSatisfy { dry.errors.contains($0) })
    try save("zero.safetensors", "w = {k: v * 0 for k, v in w.items()}")
    let zero = try regnas.succeed("\(Self.importing) zero.safetensors --out zero.h5")
    #expect(zero.errors.contains("hold one value only"))
  }

  @Test(.enabled(if: H5py.isInstalled, H5py.note))
  func setsOfWeightsAreNamedAndChosen() throws {
    try save(
      "two.safetensors",
      """
      w = {**{'net.' + k: v for k, v in w.items()},
        **{'net_ema.' + k: v.astype('f2') if v.dtype == 'f4' else v for k, v in w.items()}}
      """
    )
    let command: Command = "\(Self.importing) two.safetensors --out a.h5 --overwrite"
    let raw = try regnas.succeed(command).output
    #expect(raw.contains("taken: the tensors 'net.*'"))
    #expect(raw.contains("--key net_ema or --ema"))
    for option in ["--ema", "--key net_ema", "--prefix net_ema."] as [Command] {
      let output = try regnas.succeed("\(command) \(option)").output
      #expect(output.contains("taken: the tensors 'net_ema.*'") && output.contains("from float16"))
    }
    try regnas.refuse("\(command) --key other", 65, "--key other", "'net'", "'net_ema'")
    #expect(try regnas.succeed("supernet info a.h5").output.contains("taken: the tensors"))
  }

  @Test(.enabled(if: H5py.isInstalled, H5py.note))
  func spacesAreMadeForTheCheckpoint() throws {
    try save(
      "seven.safetensors",
      "for k in ['weight', 'bias']: w['classifier.linear.' + k] = w['classifier.linear.' + k][:7]"
    )
    let command: Command = "\(Self.importing) seven.safetensors --out seven.h5 --overwrite"
    let output = try regnas.succeed(command).output
    #expect(output.contains("the space is made for 7 classes and 1 channel"))
    for option in ["--classes 10", "--data data.h5"] as [Command] {
      try regnas.refuse("\(command) \(option)", 65, "is for 7 classes", "supernet.initial")
    }
    try regnas.refuse("\(command) --data data.h5 --classes 10", 64, "--data says")
    // As the message says.
    let train: Command = "train --config run.yaml --name x --quiet"
    try regnas.refuse("\(train) --set supernet.file=seven.h5", 65, "7 classes", "supernet.initial")
    try regnas.refuse("\(train) --set supernet.file=seven.h5 --dry-run", 65, "7 classes")
    #expect(!folder.exists("checkpoints/x"))
    try regnas.succeed("\(train) --set supernet.initial=seven.h5")
    #expect(folder.text("checkpoints/x/log.txt").contains("tells 7 classes apart"))
    // Of another space: its name is found.
    let other: Command = "supernet import seven.safetensors --space resnet50-small --out b.h5"
    try save("plain.safetensors")
    let refusal = try regnas.refuse(other, 65, "do not go into the supernet", "and ")
    #expect(refusal.errors.split(separator: "\n").count < 15)
  }

  /// Weights that nobody trained are not searched over in silence.
  @Test(.enabled(if: H5py.isInstalled, H5py.note))
  func weightsThatAreNotThereAreNamed() throws {
    try save("part.safetensors", "w = {k: v for k, v in w.items() if 'blocks.1.' not in k}")
    let imported = try regnas.succeed("\(Self.importing) part.safetensors --out part.h5")
    #expect(imported.errors.contains("tensors are not in the checkpoint"))
    let first = "blocks.1."
    #expect(try regnas.succeed("supernet info part.h5").output.contains("untrained   "))
    let train: Command = "train --config run.yaml --name part -q"
    for option in ["", "--dry-run"] as [Command] {
      try regnas.refuse(
        "\(train) --set supernet.file=part.h5 \(option)",
        65,
        "part.h5 (supernet.file)",
        first,
        "give it as supernet.initial"
      )
    }
    let evaluate: Command =
      """
      supernet evaluate part.h5 smallest --data data.h5 -q --threads 1
      --set supernet.calibrationImages=32
      """
    let judged = try regnas.succeed(evaluate)
    #expect(judged.errors.contains("warning: part.h5: not in the checkpoint"), "\(judged.errors)")
    let trained = try regnas.succeed("\(train) --set supernet.initial=part.h5")
    #expect(trained.errors.contains("warning: supernet.initial: not in the checkpoint"))
    let again: Command = "train --config run.yaml --name again -q --dry-run"
    try regnas.succeed("\(again) --set supernet.file=checkpoints/part/supernet.h5")
    // What is measured anew, or is the identity, is no matter.
    try save(
      "parameters.safetensors",
      "w = {k: v for k, v in w.items() if 'running' not in k and 'tracked' not in k}"
    )
    try regnas.succeed("\(Self.importing) parameters.safetensors --out parameters.h5")
    try regnas.succeed("\(again) --set supernet.file=parameters.h5")
  }

  @Test(.enabled(if: H5py.isInstalled, H5py.note))
  func averagesThatAreNotThereAreNamed() throws {
    try save("raw.safetensors")
    try regnas.refuse(
      "\(Self.importing) raw.safetensors --ema --dry-run",
      65,
      "there is no set of averaged weights",
      "the outermost dictionary"
    )
  }

  @Test func foreignFilesAreNamed() throws {
    try folder.put("version https://git-lfs.github.com/spec/v1\nsize 5\n", "lfs.pth")
    try folder.put("<!doctype html><html></html>", "page.pth")
    let command: Command = "\(Self.importing) --out a.h5"
    try regnas.refuse("\(command) lfs.pth", 65, "lfs.pth", "git lfs pull")
    try regnas.refuse("\(command) page.pth", 65, "a web page")
    try regnas.refuse("\(command) data.h5", 65, "it is a regnas.dataset file", "regnas inspect")
    try regnas.refuse(
      "\(command) checkpoints/whole/supernet.h5",
      65,
      "it is a regnas.supernet file",
      "supernet.initial"
    )
    try regnas.refuse("\(command) checkpoints", 65, "it is a folder")
    try regnas.refuse("\(command) none.pth", 66, "none.pth")
  }

  /// A table is for the device it names.
  @Test func latencyTablesAreUsedElsewhere() throws {
    let measure: Command =
      """
      latency measure mobilenetv3-small --resolution 28 --repetitions 1 --checks 0 --threads 1 -q
      --out table.h5
      """
    try regnas.succeed(measure)
    let train: Command =
      """
      train --data data.h5 --dry-run --set supernet.calibrationImages=32 --threads 2
      --set search.metric=latency --set search.latencyTable=table.h5
      """
    let plan = try regnas.succeed(train).output
    #expect(plan.contains("note       search.latencyTable: latencies are those of"))
    #expect(plan.contains("2 threads"))
  }
}

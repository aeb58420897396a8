import ArgumentParser
import AtomicFiles
import ForeignWeights
import Foundation
import HDF5
import ImageData
import RandomStreams
import Runs
import SearchSpaces
import Supernet

extension SupernetCommand {
  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import",
      abstract: "Turn a published checkpoint into a supernet file.",
      discussion: """
        Reads files of torch.save (zip and legacy), safetensors and indices of several such, by \
        content. Only tensors are read: whatever else a pickle names is never called. The weights \
        are found wherever they lie, in a dictionary (state_dict, model, net) or behind a prefix \
        (module., model.); which were taken is said, and --key, --ema and --prefix choose others. \
        Tensors that the checkpoint lacks, such as kernel matrices, keep their initial values.

        The space is made for as many classes and channels as the checkpoint has, unless --classes, \
        --channels or --data say otherwise. To use weights of other classes, import them as they \
        are and train on with supernet.initial, which makes the head anew.

        EXAMPLE
          regnas supernet import ofa_mbv3_d234_e346_k357_w1.0 --space mobilenetv3-w1.0 --dry-run
        """
    )

    @Argument(help: "The checkpoint.")
    var file: String

    @Option(help: "The search space it is of (see regnas space list).")
    var space: String

    @Option(name: .shortAndLong, help: "Supernet file to write.")
    var out: String?

    @Option(help: "Dictionary of the weights, such as state_dict; nested ones: a.b.")
    var key: String?

    @Option(help: "What their names begin with, such as module.")
    var prefix: String?

    @Flag(help: "Take the moving average of the weights (state_dict_ema, ema and the like).")
    var ema = false

    @Option(help: "Data set whose classes, channels and image size the space is made for.")
    var data: String?

    @Option(help: "Number of classes.")
    var classes: Int?

    @Option(help: "Channels of the images.")
    var channels: Int?

    @Option(help: "Image size; several make it a decision.")
    var resolution: [Int] = []

    @Option(help: "Width multiplier of the space (key space.widthMultiplier).")
    var widthMultiplier: Double?

    @Flag(help: "Replace a file that is there.")
    var overwrite = false

    @Flag(help: "Show which tensor would go where, and stop.")
    var dryRun = false

    func validate() throws {
      guard dryRun || out != nil else {
        throw ValidationError("--out FILE is needed, or --dry-run")
      }
      if data != nil, classes != nil || channels != nil || !resolution.isEmpty {
        throw ValidationError("--data says classes, channels and image size; leave out the others")
      }
    }

    /// The other files of a checkpoint in several, by the usual names: `model-00001-of-00002.safetensors`.
    private func parts() throws -> [String] {
      let folder = OutputFile.folder(of: file)
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      guard file.hasSuffix(".index.json") else { return [] }
      return names.filter { $0.contains(Self.partOfSeveral) }.map { "\(folder)/\($0)" }
    }

    private static var partOfSeveral: Regex<(Substring, Substring)> { /-\d{5}-of-(\d{5})\./ }

    private func refuseOnePart() throws {
      guard let match = file.firstMatch(of: Self.partOfSeveral), match.1 != "00001" else { return }
      throw RunError.invalidInput(
        "\(file): by its name this is one of several files of a checkpoint; give their index, which ends "
          + "in .index.json"
      )
    }

    func run() throws {
      try refuseOnePart()
      if let out {
        try OutputFile.check(out, overwrite: overwrite, inputs: parts())
        guard !OutputFile.isSame(out, file) else {
          throw ValidationError("--out is the checkpoint itself, which is kept; give another file")
        }
      }
      let checkpoint = try self.checkpoint()
      let (space, plan) = try ImportedSpace(
        name: space,
        images: images(),
        widthMultiplier: widthMultiplier,
        choice: WeightChoice(key: key, prefix: prefix, isAveraged: ema)
      ).fit(checkpoint)
      if dryRun {
        Console.out(plan.description)
        _ = try plan.state(from: checkpoint)
        return
      }
      // The initial values that matter are those of kernel matrices and counters: not random.
      let supernet = try Supernet(space: space, random: RandomStream(state: 0))
      let (state, constant) = try plan.state(from: checkpoint)
      try supernet.load(state, allowMissing: true)
      if let out {
        try supernet.write(
          to: out,
          provenance: ["imported": ([plan.summary] + plan.notes).joined(separator: "; ")],
          untrained: plan.untrained,
          createdBy: Program.identity
        )
      }
      warn(constant, missing: plan.untrained)
      Console.out(([plan.summary] + plan.notes).joined(separator: "\n"))
    }

    /// Throws ``ImportError``; for a file of ours it says of which kind.
    private func checkpoint() throws -> ForeignCheckpoint {
      do throws(ImportError) {
        return try ForeignCheckpoint(contentsOf: file)
      } catch {
        guard case .otherFormat = error.cause, let format = try? FileHeader.format(ofFile: file)
        else { throw error }
        throw ImportError(.otherFormat(.own(format)), file: error.file)
      }
    }

    /// What is said about the images; nil where nothing is, to go by the checkpoint.
    private func images() throws -> ImportedSpace.Images {
      if let data {
        let shape = try ImageDataset.open(data)
        return .init(
          channels: shape.shape.channels,
          classes: shape.classNames.count,
          resolutions: [shape.shape.height]
        )
      }
      return .init(channels: channels, classes: classes, resolutions: resolution)
    }

    private func warn(_ constant: [String], missing: [String]) {
      for (names, text) in [
        (
          missing,
          "tensors are not in the checkpoint and keep random or neutral values, so the file is one to "
            + "train from (supernet.initial)"
        ),
        (constant, "weights of the checkpoint hold one value only; were they ever trained?"),
      ] where !names.isEmpty {
        Console.error("warning: \(names.count) \(text): \(SupernetFile.shown(names))")
      }
    }
  }
}

import ArgumentParser
import ForeignWeights
import HDF5
import RandomStreams
import Search
import SearchSpaces
import Supernet
import Torch

extension SupernetCommand {
  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "import",
      abstract: "Turn a published checkpoint into a supernet file.",
      discussion: """
        Reads files of torch.save (zip and legacy) and safetensors, by content. Only tensors are \
        read; a pickle that would run code is refused. Tensors that the checkpoint lacks, such as \
        kernel matrices, keep their initial values.

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

    @Flag(help: "Show which tensor would go where, and stop.")
    var dryRun = false

    func validate() throws {
      guard dryRun || out != nil else {
        throw ValidationError("--out FILE is needed, or --dry-run")
      }
    }

    func run() throws {
      let space = try SpaceRegistry.makeSpace(name: space)
      let checkpoint = try ForeignCheckpoint(contentsOf: file)
      let plan = ImportPlan(
        checkpoint,
        onto: try space.supernetTensors().map { .init(key: $0.key, shape: $0.shape) }
      )
      if dryRun {
        Console.out(plan.description)
        return try plan.check()
      }
      guard let out else { return }
      // The initial values that matter are those of kernel matrices and counters: not random.
      let supernet = try Supernet(space: space, random: RandomStream(state: 0))
      var state: [String: Tensor] = [:]
      try plan.apply(to: checkpoint) { key, tensor in state[key] = try tensor.tensor() }
      try supernet.load(state, allowMissing: true)
      try supernet.write(
        to: out,
        provenance: ["imported": plan.summary],
        createdBy: Program.identity
      )
      let weights = plan.uncovered.filter {
        !$0.key.hasSuffix("_matrix") && !$0.key.hasSuffix("num_batches_tracked")
      }
      if !weights.isEmpty {
        Console.error(
          "warning: the checkpoint holds no \(weights.map(\.key).joined(separator: ", "));"
            + " these keep random values"
        )
      }
      Console.out(plan.summary)
    }
  }
}

import ArgumentParser

/// Measures this machine. Every speed is a ratio of two things timed in turn in one run.
@main
struct RegNASBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "regnas-benchmark",
    abstract: "Measures the parts of a search against their plain formulation.",
    discussion: """
      Run it on a machine that does nothing else, with GOMP_SPINCOUNT=1000 in the environment.
      Benchmarks/run runs all of them, on the run that Scripts/quickstart leaves.
      """,
    subcommands: [
      MachineBenchmark.self, TrainingBenchmark.self, EvaluationBenchmark.self,
      ScalingBenchmark.self, PartsBenchmark.self,
    ]
  )
}

import Testing

@testable import Configuration

@Suite struct StudyConfigurationTests {
  private static let example = """
    name: small
    data: d.h5
    spaces: [mobilenetv3-small, resnet50-small]
    seeds: [1, 2]
    methods: [pct-kl.equal-cost, elodi.regnas-architectures, regnas]
    run:
      supernet: {epochs: 3, learningRate: 0.2}
      family:
        tuning: {epochs: 2}
    alone: {epochs: 5}
    pct-kl: {focus: 3, learningRate: 0.05}
    elodi: {ensemble: 4}
    """

  private func message(_ yaml: String) -> String {
    do {
      _ = try StudyConfiguration(yaml: yaml, name: "s.yaml")
      return "accepted"
    } catch {
      return "\(error)"
    }
  }

  private func changed(_ text: String, to other: String) -> String {
    message(Self.example.replacing(text, with: other))
  }

  @Test func aStudyIsRead() throws {
    let study = try StudyConfiguration(yaml: Self.example, name: "s.yaml")
    #expect(study.spaces == ["mobilenetv3-small", "resnet50-small"] && study.seeds == [1, 2])
    #expect(study.run.supernet.training.epochs == 3 && study.run.family.tuning.epochs == 2)
    // What `alone` leaves out is the supernet's.
    #expect(study.alone.epochs == 5 && study.alone.learningRate == 0.2)
    #expect(study.pctKL.focus == 3 && study.pctKL.learningRate == 0.05 && study.pctLM.focus == 5)
    #expect(study.elodi.ensemble == 4)
    // With what they are computed from, which comes first.
    #expect(
      study.allMethods.map(\.description) == [
        "accuracy-only", "regnas-tuned", "pct-kl.equal-cost", "regnas",
        "elodi.regnas-architectures",
      ]
    )
    let run = study.run(space: "resnet50-small", seed: 2)
    #expect(run.seed == 2 && run.space.name == "resnet50-small" && run.data.file == "d.h5")
  }

  @Test func namesOfMethodsReadBack() throws {
    for approach in StudyMethod.Approach.allCases {
      let method = StudyMethod(
        approach,
        takesOurArchitectures: approach.isApart,
        hasEqualCost: approach.isApart
      )
      #expect(StudyMethod(method.description) == method)
    }
    for text in ["regnas.equal-cost", "pct", "pct-kl.equal", "elodi.equal-cost.equal-cost", ""] {
      #expect(StudyMethod(text) == nil)
    }
  }

  @Test func whatIsNotUnderstoodIsRefused() {
    for (text, other, expected) in [
      (
        "regnas]", "reg-nas]",
        "s.yaml:5: 'methods' must be a list of methods, each one of independent, "
      ),
      ("seeds:", "seed:", "s.yaml:4: there is no key 'seed' in a study; did you mean 'seeds'?"),
      ("[1, 2]", "[1, 1]", "s.yaml:4: 'seeds' must be a list without repetitions"),
      ("focus: 3", "beta: 3", "s.yaml:11: there is no key 'pct-kl.beta' in a study"),
      (
        "{epochs: 5}", "{randomSubnets: 2}", "s.yaml:10: 'randomSubnets' means nothing to a network"
      ),
      (
        "  supernet: {epochs: 3, l", "  seed: 1\n  supernet: {epochs: 3, l",
        "'seed' is for the study and its methods to set"
      ),
      ("{epochs: 3, l", "{initial: x.h5, l", "'supernet.initial' names a file; cells of a study"),
      ("{epochs: 2}", "{epochs: 0}", "run.family.tuning.epochs is 0; set it"),
      ("data: d.h5\n", "", "s.yaml: 'data' is missing or empty"),
      (
        "name: small", "name: a/b",
        "s.yaml:1: 'name' must be a word of letters, digits, '-' and '_'"
      ),
      ("alone: {epochs: 5}", "alone: 5", "s.yaml:10: 'alone' is a section of keys"),
    ] {
      let message = changed(text, to: other)
      #expect(message.contains(expected), "\(message)")
    }
    #expect(message("- a").contains("this is no study"))
    #expect(message("").contains("this is no study"))
  }
}

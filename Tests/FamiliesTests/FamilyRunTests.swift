import Families
import Foundation
import HDF5
import Networks
import RunFixtures
import Search
import SearchSpaces
import Supernet
import TestSupport
import Testing
import Torch

/// A run's family, taken away from the run: nothing but its file and the pixels of the images.
/// Serialised: libtorch's settings are of the process.
@Suite(.serialized) struct FamilyRunTests {
  /// A small run to its end. With a `choice` of resolutions and an outside reference, or with neither.
  private func run(choice: Bool) throws -> SmallRun {
    var small = try SmallRun()
    small.configuration.seed = .max
    if choice {
      small.configuration.space.resolutions = [12, 16]
      let classes = (0..<40).map { "\($0 % 3)\n" }.joined()
      small.configuration.search.reference = try small.folder.put(classes, "reference.txt")
    }
    let run = try small.start("run")
    try run.train()
    let settings = FamilySettings(small.configuration)
    _ = try run.sampleFamily(settings, to: small.folder.file("family.h5"), overwrite: false)
    return small
  }

  /// The images of a split `[images, 1, 16, 16]`, normalised as the family says.
  private func images(_ split: String, of small: SmallRun, as images: Family.Images) throws
    -> Tensor
  {
    let root = try HDF5File.open(small.folder.file("data.h5")).root
    let pixels = try root.read("images", as: UInt8.self).values
    let indices = try root.group("splits").read(split, as: Int64.self).values
    var values: [Float] = []
    for index in indices {
      for pixel in pixels[Int(index) * 256..<Int(index) * 256 + 256] {
        let value = (Double(pixel) / 255 - images.mean[0]) / images.deviation[0]
        values.append(Float(value))
      }
    }
    return try Tensor(values, shape: [indices.count, 1, 16, 16])
  }

  @Test(arguments: [false, true])
  func aFamilyNeedsNothingElse(choice: Bool) throws {
    let small = try run(choice: choice)
    let family = try Family(contentsOf: small.folder.file("family.h5"))
    try membersPredictWhatIsStored(family, small, choice: choice)
    try whatTheSearchDidIsThere(family, small, choice: choice)
    if choice { try readWithH5py(small.folder.file("family.h5")) }
  }

  private func membersPredictWhatIsStored(
    _ family: Family,
    _ small: SmallRun,
    choice: Bool
  ) throws {
    let images = try #require(family.images)
    #expect(images.classNames == ["a", "b", "c"] && images.channels == .grey)
    #expect(images.height == 16 && images.width == 16)
    #expect(images.resizing == (choice ? .antialiasedBilinear : .none))
    #expect(family.members.count == 2)
    for (member, figures) in zip(family.members, family.report.members) {
      let description = try member.description
      #expect(try description.macs() == figures.macs)
      #expect([12, 16].contains(description.resolution))
      #expect(description.inputChannels == 1 && description.classes == 3)
      let network = try member.network()
      // Whose rounding is that of the run's own evaluator.
      let folded = try network.folded()
      for (split, stored) in [("search", member.search), ("test", member.test)] {
        let pixels = try self.images(split, of: small, as: images)
        let input = try member.prepared(pixels)
        #expect(input.shape.suffix(2) == [description.resolution, description.resolution])
        let probabilities = try #require(stored.probabilities)
        let classes = try network.logits(input).argmax(1).array(Int.self)
        #expect(classes == stored.classes.map(Int.init))
        let values = try folded.logits(input).array(Float.self).map(Double.init)
        for image in stored.classes.indices {
          let row = Array(values[image * 3..<image * 3 + 3])
          let largest = row.max() ?? 0
          let sum = row.reduce(0) { $0 + exp($1 - largest) }
          #expect(row.firstIndex(of: largest) == Int(stored.classes[image]))
          #expect(abs(1 / sum - Double(probabilities.predicted[image])) < 1e-6)
          let truth = exp(row[Int(stored.labels[image])] - largest) / sum
          #expect(abs(truth - Double(probabilities.trueClass[image])) < 1e-6)
        }
      }
    }
    // Smaller members are inside the larger ones, as far as the rebuilt networks tell.
    let (smaller, larger) = (try family.members[0].description, try family.members[1].description)
    #expect(larger.uncoveredWeights(of: smaller).isEmpty)
  }

  private func whatTheSearchDidIsThere(
    _ family: Family,
    _ small: SmallRun,
    choice: Bool
  ) throws {
    #expect(family.sampling?.samples == 3 && family.sampling?.finalists == 2)
    #expect(family.sampling?.seed == .max)
    #expect(family.provenance.computer?.hasPrefix("libtorch ") == true)
    #expect(family.provenance.configuration == small.configuration.resultsYAML)
    #expect((family.reference != nil) == choice)
    if let reference = family.reference {
      #expect(reference.search.classes == (0..<40).map { Int32($0 % 3) })
      #expect(reference.search.labels == family.members[0].search.labels)
      #expect(reference.test == nil)
    }

    // Two members, two updates each of two architectures.
    let evaluations = try #require(family.evaluations)
    #expect(evaluations.map(\.member) == [1, 1, 1, 1, 2, 2, 2, 2])
    #expect(evaluations.map(\.update) == [1, 1, 2, 2, 1, 1, 2, 2])
    let space = try #require(family.space)
    for evaluation in evaluations {
      let network = try space.network(evaluation.architecture)
      #expect(try evaluation.macs == network.macs())
      #expect(evaluation.parameters == network.parameters)
      #expect(evaluation.macs <= family.report.members[evaluation.member - 1].budget)
      #expect(evaluation.reward <= evaluation.accuracy)
    }
  }

  private func readWithH5py(_ path: String) throws {
    guard H5py.isInstalled else { return }
    try H5py.run(
      """
      import h5py, json, sys
      with h5py.File(sys.argv[1]) as f:
        assert f.attrs["format-version"] == 2 and f.attrs["minimum-reader-version"] == 1
        assert f.attrs["space-type"] == "MobileNetV3Space" and f.attrs["budget-unit"] == "MACs"
        assert json.loads(f.attrs["space-configuration"])["inputChannels"] == 1
        report = json.loads(f["report"][()])
        assert f["images"].attrs["resizing"].startswith("antialiased bilinear")
        assert f["images"].attrs["colour-order"] == "grey"
        assert list(f["images/class-names"].asstr()) == ["a", "b", "c"]
        assert f["images/mean"].shape == f["images/deviation"].shape == (1,)
        for index, name in enumerate(("1", "2")):
          member = f["members"][name]
          assert member.attrs["budget"] == report["members"][index]["budget"]
          assert member.attrs["resolution"] in (12, 16) and member.attrs["input-channels"] == 1
          for split in ("search", "test"):
            labels = f["labels"][split][:]
            predictions = member["predictions"]
            sure = predictions[split + "-probability"][:]
            truth = predictions[split + "-true-probability"][:]
            assert sure.dtype == "float32" and sure.shape == truth.shape == labels.shape
            right = predictions[split][:] == labels
            assert (sure[right] == truth[right]).all() and (sure >= truth).all()
        assert f["reference/search"].shape == (40,) and "test" not in f["reference"]
        assert f["sampling/seed"][()] == 2**64 - 1
        evaluations = f["evaluations"]
        assert evaluations["choices"].shape == (8, len(f["decisions"]))
        rewards = evaluations["accuracy"][:] - evaluations["reward"][:]
        assert (rewards >= 0).all() and (evaluations["macs"][:] > 0).all()
      """,
      path
    )
  }
}

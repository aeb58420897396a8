import AtomicFiles
import Foundation
import HDF5
import Networks
import SearchSpaces
import Supernet
import TensorFiles
import Torch

/// The file of a family, format `regnas.family`, version 2. What is marked with a star came with
/// that version; readers of version 1 read all the rest.
///
///     attributes
///       space                            name of the space
///     * space-type, space-configuration  what it is rebuilt from (``SpaceDescription``)
///       data-sha256, supernet-sha256     digests of what the family was made from
///       search-sha256, test-sha256       of the images and labels of the splits; not before 0.2
///     * budget-unit                      of all budgets: MACs, parameters or ns
///     * computer                         version of libtorch, device, number of threads
///     configuration, report              texts: YAML of the run, JSON (``FamilyReport``)
///     decisions                          names, in the order of `choices`
///     labels/search, labels/test         int32 [images], the true class
///     members/1 ...                      smallest first
///       attributes architecture, budget
///     * attributes resolution, input-channels
///       choices                          int8 [decisions], -1 where a decision does not exist
///       predictions/search, .../test     int32 [images], the predicted class
///     * predictions/search-probability, .../test-probability
///                                        float32 [images], softmax, of the predicted class
///     * predictions/search-true-probability, .../test-true-probability
///                                        float32 [images], of the true class
///       weights/<name>                   the extracted network
///   * reference/search, .../test         int32 [images], what the outside model predicts, if there
///                                        is one and as far as it was given
///   * images                             attributes height, width, channels, colour-order (grey,
///                                        RGB or other) and resizing (`Family.Images.Resizing`)
///       class-names                      texts [classes]
///       mean, deviation                  float64 [channels], on the scale of 0 to 1: a byte v
///                                        becomes (v / 255 - mean) / deviation
///   * sampling/samples, finalists, seed  int64, int64, uint64: settings of `regnas sample`
///   * evaluations                        architectures that controllers evaluated, in that order
///       member, update                   int32 [evaluations], from 1
///       choices                          int8 [evaluations, decisions]
///       accuracy, negative-flip-rate, reward
///                                        float64 [evaluations], on the reward images
///       macs, parameters                 int64 [evaluations]
///
/// Nothing in it depends on time or place, so equal families give equal bytes.
public enum FamilyFile {
  public static let format = "regnas.family"
  public static let version = 2

  /// Publishes the file, whole or not at all.
  ///
  /// Throws `StorageError` or `HDF5Error`, of kind `misuse` for a family that was read from a file
  /// of version 1 and so lacks what this version stores.
  package static func write(
    _ family: Family,
    to path: String,
    storage: some Storage = SystemStorage()
  ) throws {
    guard let space = family.space, let images = family.images, let sampling = family.sampling,
      let evaluations = family.evaluations
    else {
      throw HDF5Error(
        .misuse,
        file: path,
        operation: "write",
        cause: "the family was read from a file of version 1 and lacks its space"
      )
    }
    let header = try FileHeader(
      format: format,
      version: version,
      of: family.provenance.configuration
    )
    try Artefact.write(header, to: path, storage: storage) { root in
      try SpaceDescription(space).write(to: root)
      try write(family.provenance, to: root)
      try root.setAttribute("budget-unit", family.report.budgetUnit)
      try root.write("report", strings: [try family.report.json()], shape: [])
      try root.write("decisions", strings: family.decisions)
      try write(images, to: root.createGroup("images"))
      try write(sampling, to: root.createGroup("sampling"))
      try write(
        evaluations,
        decisions: family.decisions.count,
        to: root.createGroup("evaluations")
      )
      if let reference = family.reference {
        let group = try root.createGroup("reference")
        try group.write(reference.search, for: "search")
        if let test = reference.test { try group.write(test, for: "test") }
      }
      let labels = try root.createGroup("labels")
      try labels.write("search", family.members.first?.search.labels ?? [])
      try labels.write("test", family.members.first?.test.labels ?? [])
      let members = try root.createGroup("members")
      for (member, figures) in zip(family.members, family.report.members) {
        let number = try members.childNames().count + 1
        try write(member, figures, to: members.createGroup(String(number)))
      }
    }
  }

  private static func write(_ provenance: Family.Provenance, to root: HDF5Group) throws {
    try root.setAttribute("data-sha256", provenance.dataDigest)
    try root.setSplitDigests(search: provenance.searchDigest, test: provenance.testDigest)
    try root.setAttribute("supernet-sha256", provenance.supernetDigest)
    if let computer = provenance.computer { try root.setAttribute("computer", computer) }
    try root.write("configuration", strings: [provenance.configuration], shape: [])
  }

  private static func write(
    _ member: Family.Member,
    _ figures: FamilyReport.Member,
    to group: HDF5Group
  ) throws {
    let network = try member.description
    try group.setAttribute("architecture", figures.architecture)
    try group.setAttribute("budget", figures.budget)
    try group.setAttribute("resolution", network.resolution)
    try group.setAttribute("input-channels", network.inputChannels)
    try group.write("choices", member.architecture.choices.map(Int8.init))
    let predictions = try group.createGroup("predictions")
    try predictions.write(member.search, for: "search")
    try predictions.write(member.test, for: "test")
    try group.createGroup("weights").write(tensors: member.weights)
  }

  private static func write(_ images: Family.Images, to group: HDF5Group) throws {
    try group.setAttribute("height", images.height)
    try group.setAttribute("width", images.width)
    try group.setAttribute("channels", images.channels.count)
    try group.setAttribute("colour-order", images.channels.name)
    try group.setAttribute("resizing", images.resizing.rawValue)
    try group.write("class-names", strings: images.classNames)
    try group.write("mean", images.mean)
    try group.write("deviation", images.deviation)
  }

  private static func write(_ sampling: Family.Sampling, to group: HDF5Group) throws {
    try group.write("samples", scalar: Int64(sampling.samples))
    try group.write("finalists", scalar: Int64(sampling.finalists))
    try group.write("seed", scalar: sampling.seed)
  }

  private static func write(
    _ evaluations: [Family.Evaluation],
    decisions: Int,
    to group: HDF5Group
  ) throws {
    try group.write("member", evaluations.map { Int32($0.member) })
    try group.write("update", evaluations.map { Int32($0.update) })
    try group.write(
      "choices",
      evaluations.flatMap { $0.architecture.choices.map(Int8.init) },
      shape: [evaluations.count, decisions]
    )
    try group.write("accuracy", evaluations.map(\.accuracy))
    try group.write("negative-flip-rate", evaluations.map(\.negativeFlipRate))
    try group.write("reward", evaluations.map(\.reward))
    try group.write("macs", evaluations.map { Int64($0.macs) })
    try group.write("parameters", evaluations.map { Int64($0.parameters) })
  }
}

import Foundation
import HDF5
import RandomStreams
import SearchSpaces
import TensorFiles
import Torch

/// How the weights of a supernet file fit a space that may be for other images: another number of
/// classes, other channels, other sizes.
package struct SupernetFit: Sendable, Hashable {
  /// What the file was made for, and what is needed.
  package let found: ImageTask
  package let expected: ImageTask
  /// Tensors of the space that cannot be taken from the file: those of the head, where the classes
  /// differ.
  package let head: [String]
  /// The first convolution, where the channels differ.
  package let stem: String?

  /// Whether every tensor of the file fits as it is. The sizes of images change none.
  package var isWhole: Bool { head.isEmpty && stem == nil }

  /// Throws ``SupernetError/wrongSpace(file:found:expected:)`` for a file of another space, or of one
  /// that differs in more than its images; ``HDF5Error`` for a file that cannot be read.
  package init(_ path: String, of space: any ConfiguredSpace) throws {
    try self.init(path, SupernetFile.information(path: path).space, of: space)
  }

  init(_ path: String, _ description: SpaceDescription, of space: any ConfiguredSpace) throws {
    let needed = try SpaceDescription(space)
    guard try description.differsAtMostInImages(from: needed) else {
      throw SupernetError.wrongSpace(file: path, found: description, expected: needed)
    }
    guard description != needed else {
      found = space.images
      expected = found
      head = []
      stem = nil
      return
    }
    let other = try description.makeSpace(types: [type(of: space)])
    found = other.images
    expected = space.images
    let shapes = Dictionary(
      try other.supernetTensors().map { ($0.key, $0.shape) },
      uniquingKeysWith: { first, _ in first }
    )
    var (head, stem): ([String], String?) = ([], nil)
    for tensor in try space.supernetTensors() where shapes[tensor.key] != tensor.shape {
      if tensor.role == .convolutionWeight { stem = tensor.key } else { head.append(tensor.key) }
    }
    self.head = head
    self.stem = stem
  }

  /// What is done to the weights before they are used, a line each; nothing where they fit.
  package var notes: [String] {
    var lines: [String] = []
    if !head.isEmpty {
      lines.append(
        "it tells \(found.classes) classes apart, the data set has \(expected.classes): all but the "
          + "head is taken, and the head (\(head.joined(separator: ", "))) is made anew"
      )
    }
    if let stem {
      lines.append(
        "it takes images of \(Self.channels(found.channels)), the data set has "
          + "\(Self.channels(expected.channels)): \(Self.adaptation(found.channels, expected.channels)) "
          + "(\(stem))"
      )
    }
    if found.resolutions != expected.resolutions {
      lines.append(
        "it was made for images of \(Self.pixels(found)), the run's are of \(Self.pixels(expected)); "
          + "the weights are the same"
      )
    }
    return lines
  }

  private static func channels(_ count: Int) -> String {
    count == 1 ? "1 channel" : "\(count) channels"
  }

  private static func pixels(_ images: ImageTask) -> String {
    images.resolutions.map(String.init).joined(separator: ", ") + " pixels"
  }

  private static func adaptation(_ found: Int, _ expected: Int) -> String {
    switch (found, expected) {
    case (_, 1): "the weights of the first convolution are summed over its channels"
    case (1, _): "the weights of the first convolution are shared out among the channels"
    default: "the first convolution is made anew"
    }
  }
}

extension Supernet {
  /// A supernet whose weights come from a file of the same space, made for these images or for
  /// others: what does not fit keeps the fresh values that `random` gives it.
  ///
  /// Throws what ``SupernetFit`` throws, and ``SupernetError`` for tensors that do not fit.
  package static func starting(
    from path: String,
    of space: any ConfiguredSpace,
    device: Device,
    random: RandomStream,
    pause: () throws -> Void = {}
  ) throws -> Supernet {
    let supernet = try Supernet(space: space, device: device, random: random, pause: pause)
    let file = try SupernetFile.open(path)
    let fit = try SupernetFit(path, SupernetFile.information(file).space, of: space)
    var state = try file.root.group("state").tensors()
    try SupernetFile.checkValues(of: state, in: path)
    for key in fit.head { state[key] = nil }
    if let stem = fit.stem {
      state[stem] = try state[stem].flatMap { try $0.adapted(toChannels: fit.expected.channels) }
    }
    try supernet.load(state, allowMissing: true)
    return supernet
  }
}

extension Tensor {
  /// The weight `[out, channels, kernel, kernel]` of a first convolution for other channels, so that a
  /// grey image has the response that it has as a colour image of three equal channels; nil where
  /// neither is grey.
  fileprivate func adapted(toChannels channels: Int) throws -> Tensor? {
    if channels == 1 { return try sum([1], keep: true) }
    guard shape.count == 4, shape[1] == 1 else { return nil }
    let share = try self * (1 / Double(channels))
    return try Tensor.concatenated([Tensor](repeating: share, count: channels), dimension: 1)
  }
}

extension SpaceDescription {
  private static let imageFields = ["classes", "inputChannels", "resolutions"]

  /// Whether two descriptions are of one space, images apart.
  package func differsAtMostInImages(from other: SpaceDescription) throws -> Bool {
    if self == other { return true }
    guard name == other.name, type == other.type else { return false }
    func rest(_ configuration: String) -> NSDictionary? {
      let object = try? JSONSerialization.jsonObject(with: Data(configuration.utf8))
      guard var fields = object as? [String: Any] else { return nil }
      for field in Self.imageFields { fields[field] = nil }
      return fields as NSDictionary
    }
    guard let own = rest(configuration), let others = rest(other.configuration) else {
      return false
    }
    return own == others
  }
}

extension SearchSpace {
  /// The images its networks take.
  fileprivate var images: ImageTask {
    ImageTask(
      channels: input.channels,
      classes: input.classes,
      resolutions: input.resolution.choices
    )
  }
}

import FlipMetrics
import HDF5
import Networks
import SearchSpaces
import Supernet
import TensorFiles
import Torch

// Members, images and evaluations.
extension FamilyReader {
  func member(
    _ group: HDF5Group,
    of space: Result<any ConfiguredSpace, HDF5Error>,
    _ images: Family.Images?,
    search: [Int32],
    test: [Int32]
  ) throws -> Family.Member {
    let choices = try group.read("choices", as: Int8.self).values
    let predictions = try group.group("predictions")
    let member = Family.Member(
      architecture: Architecture(choices.map(Int.init)),
      search: try self.predictions("search", in: predictions, images, labels: search),
      test: try self.predictions("test", in: predictions, images, labels: test),
      weights: try group.checking("weights") { try group.group("weights").tensors() },
      space: space
    )
    guard case .success = space else { return member }
    let network = try group.checking("choices") { try member.description }
    let size = (
      try group.attribute("resolution", as: Int.self),
      try group.attribute("input-channels", as: Int.self)
    )
    guard size == (network.resolution, network.inputChannels) else {
      throw group.damage(
        in: "@resolution",
        "\(size.1) channels and \(size.0) pixels are not the network's"
      )
    }
    try group.checking("weights") {
      try checkState(member.weights, against: network.staticTensors)
    }
    return member
  }

  func images(for space: some SearchSpace) throws -> Family.Images {
    let group = try root.group("images")
    let images = Family.Images(
      classNames: try group.readStrings("class-names").values,
      height: try group.attribute("height"),
      width: try group.attribute("width"),
      mean: try group.read("mean", as: Double.self).values,
      deviation: try group.read("deviation", as: Double.self).values,
      space: space
    )
    let channels: Int = try group.attribute("channels")
    guard channels == space.input.channels, images.mean.count == channels,
      images.deviation.count == channels, images.mean.allSatisfy(\.isFinite),
      images.deviation.allSatisfy({ $0.isFinite && $0 > 0 })
    else { throw group.damage(in: "mean", "mean and deviation do not suit \(channels) channels") }
    guard images.classNames.count == space.input.classes else {
      throw group.damage(
        in: "class-names",
        "there are \(images.classNames.count) for \(space.input.classes) classes"
      )
    }
    guard images.height > 0, images.width > 0,
      try group.attribute("colour-order") == images.channels.name,
      try group.attribute("resizing") == images.resizing.rawValue
    else {
      throw group.damage(in: "@colour-order", "size, colour order or resizing are not the space's")
    }
    return images
  }

  func predictions(
    _ split: String,
    in group: HDF5Group,
    _ images: Family.Images?,
    labels: [Int32]
  ) throws -> Predictions {
    _ = try classes(split, in: group, images)
    return try group.predictions(for: split, labels: labels)
  }

  /// Classes per image, each of those that have a name if names are known.
  func classes(
    _ name: String,
    in group: HDF5Group,
    _ images: Family.Images?
  ) throws -> [Int32] {
    let classes = try group.predictedClasses(for: name)
    let known = 0..<Int32(clamping: images?.classNames.count ?? .max)
    if let index = classes.firstIndex(where: { !known.contains($0) }) {
      throw group.damage(
        in: name,
        "image \(index) is of class \(classes[index]), and there are \(known.count) classes"
      )
    }
    return classes
  }

  func evaluations(
    in space: some SearchSpace,
    members: Int
  ) throws -> [Family.Evaluation] {
    let group = try root.group("evaluations")
    let numbers = try group.read("member", as: Int32.self).values
    func column<Element: HDF5Scalar>(_ name: String, _ type: Element.Type) throws -> [Element] {
      let values = try group.read(name, as: type).values
      guard values.count == numbers.count else {
        throw group.damage(in: name, "\(values.count) values for \(numbers.count) evaluations")
      }
      return values
    }
    let updates = try column("update", Int32.self)
    let accuracy = try column("accuracy", Double.self)
    let rate = try column("negative-flip-rate", Double.self)
    let reward = try column("reward", Double.self)
    let macs = try column("macs", Int64.self)
    let parameters = try column("parameters", Int64.self)
    let choices = try group.read("choices", as: Int8.self)
    let width = space.decisions.count
    guard choices.shape == [numbers.count, width] else {
      throw group.damage(
        in: "choices",
        "the shape is \(choices.shape), \([numbers.count, width]) was expected"
      )
    }
    guard numbers.allSatisfy({ 1...max(1, members) ~= Int($0) }) else {
      throw group.damage(in: "member", "a number does not name one of the \(members) members")
    }
    return try group.checking("choices") {
      try numbers.indices.map { index in
        let row = choices.values[index * width..<(index + 1) * width]
        return Family.Evaluation(
          member: Int(numbers[index]),
          update: Int(updates[index]),
          architecture: try space.decisions.canonical(row.map(Int.init)),
          accuracy: accuracy[index],
          negativeFlipRate: rate[index],
          reward: reward[index],
          macs: Int(macs[index]),
          parameters: Int(parameters[index])
        )
      }
    }
  }
}

extension HDF5Group {
  /// Turns an error about the content of an object of this group into one that names the object.
  /// Errors of HDF5 do so already, and a space whose type the caller did not pass is no damage.
  func checking<Result>(_ name: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as HDF5Error {
      throw error
    } catch let error as SupernetError {
      if case .unknownSpaceType = error { throw error }
      throw damage(in: name, "\(error)")
    } catch {
      throw damage(in: name, "\(error)")
    }
  }
}

import Runs

/// What `regnas inspect` prints about a checkpoint.
public struct CheckpointSummary: Codable, CustomStringConvertible {
  public var phase: String
  public var membersChosen: Int
  public var updatesOfMember: Int
  public var evaluations: Int
  public var supernetStep: Int?
  public var tuningStep: Int?
  public var dataDigest: String
  public var supernetDigest: String
  public var configuration: String

  package init(_ checkpoint: Checkpoint) throws {
    let members = try MemberProgress(restoring: checkpoint, under: "members/")
    phase = checkpoint.texts["phase"] ?? ""
    membersChosen = members.chosen.count
    updatesOfMember = members.update
    evaluations = members.history.count
    supernetStep = try checkpoint.tensors["trainer/steps"].map { Int(try $0.scalar()) }
    tuningStep = try checkpoint.tensors["tuning/steps"].map { Int(try $0.scalar()) }
    dataDigest = checkpoint.texts["data-digest"] ?? ""
    supernetDigest = checkpoint.texts["supernet-digest"] ?? ""
    configuration = checkpoint.texts["configuration"] ?? ""
  }

  public var description: String {
    var lines = ["checkpoint of a search, verified", "phase        \(phase)"]
    if let supernetStep { lines.append("supernet     step \(supernetStep)") }
    if let tuningStep { lines.append("tuning       step \(tuningStep)") }
    lines += [
      "members      \(membersChosen) chosen, \(updatesOfMember) updates of the next",
      "evaluations  \(evaluations)",
      "data         sha256 \(dataDigest)",
    ]
    if !supernetDigest.isEmpty { lines.append("supernet     sha256 \(supernetDigest)") }
    lines += ["", configuration]
    return lines.joined(separator: "\n")
  }
}

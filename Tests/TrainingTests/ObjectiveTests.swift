import Foundation
import Networks
import SearchSpaces
import Testing
import Torch
import Training

/// Losses against values worked out in plain arithmetic.
@Suite("Objectives") struct ObjectiveTests {
  private static let logits: [[Double]] = [[1, -0.5, 0.25], [0.2, 0.1, -2], [-1, 3, 0.5]]
  private static let reference: [[Double]] = [[2, 0, -1], [0.3, 0.4, 0], [0, -1, 1.5]]
  /// The reference is right about the first and the third.
  private static let labels = [0, 0, 2]

  private func part(_ target: [[Double]]?, role: SubnetVisit.Role = .only) throws -> BatchPart {
    BatchPart(
      visit: SubnetVisit(role, Architecture([])),
      labels: try Tensor(Self.labels.map(Int64.init), shape: [3]),
      indices: [0, 1, 2],
      target: try target.map(tensor)
    )
  }

  private func tensor(_ rows: [[Double]]) throws -> Tensor {
    try Tensor(rows.flatMap { $0.map(Float.init) }, shape: [rows.count, rows[0].count])
  }

  private func softmax(_ row: [Double], temperature: Double = 1) -> [Double] {
    let powers = row.map { exp($0 / temperature) }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  private func divergence(_ p: [Double], _ q: [Double]) -> Double {
    zip(p, q).reduce(0) { $0 + $1.0 * Foundation.log($1.0 / $1.1) }
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private func labelLoss(_ logits: [[Double]]) -> Double {
    mean(zip(logits, Self.labels).map { -Foundation.log(softmax($0)[$1]) })
  }

  @Test(arguments: [1.0, 4, 100])
  func focalDistillationByDivergence(temperature: Double) throws {
    let loss = try FocalDistillation(
      .divergence(temperature: temperature),
      weight: 0.7,
      base: 1,
      focus: 5
    ).loss(tensor(Self.logits), on: part(Self.reference)).scalar()
    let distances = zip(Self.reference, Self.logits).map {
      temperature * temperature
        * divergence(
          softmax($0, temperature: temperature),
          softmax($1, temperature: temperature)
        )
    }
    let weights = [6.0, 1, 6]
    let expected = labelLoss(Self.logits) + 0.7 * mean(zip(distances, weights).map { $0 * $1 })
    #expect(abs(loss - expected) < 1e-3 * expected)
  }

  @Test func focalDistillationByLogits() throws {
    let loss = try FocalDistillation(.logits, weight: 0.5, base: 0.5, focus: 2)
      .loss(tensor(Self.logits), on: part(Self.reference)).scalar()
    let distances = zip(Self.reference, Self.logits).map {
      0.5 * zip($0, $1).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    let expected =
      labelLoss(Self.logits) + 0.5 * mean(zip(distances, [2.5, 0.5, 2.5]).map { $0 * $1 })
    #expect(abs(loss - expected) < 1e-5 * expected)
  }

  @Test(arguments: [0.0, 0.4])
  func logitDifferenceInhibition(margin: Double) throws {
    let loss = try LogitDifferenceInhibition(weight: 0.8, margin: margin)
      .loss(tensor(Self.logits), on: part(Self.reference)).scalar()
    let excesses = zip(Self.reference, Self.logits).flatMap {
      zip($0, $1).map { pow(max(abs($0 - $1) - margin, 0), 2) }
    }
    let expected = 0.2 * labelLoss(Self.logits) + 0.8 * mean(excesses)
    #expect(abs(loss - expected) < 1e-5 * expected)
  }

  @Test func withoutATargetTheLabelsAreLeft() throws {
    let logits = try tensor(Self.logits)
    let labels = try LabelLoss().loss(logits, on: part(nil)).scalar()
    #expect(try FocalDistillation(.logits).loss(logits, on: part(nil)).scalar() == labels)
    #expect(try LogitDifferenceInhibition().loss(logits, on: part(nil)).scalar() == labels)
  }

  /// Three members, the largest first. Each learns from the largest, and the larger ones from the smaller
  /// where these are right; nothing flows back into who teaches.
  @Test func theLossesOfAFamily() throws {
    let third: [[Double]] = [[0, 1, -1], [2, 0, 0], [0.5, 0, 2]]
    let members = [Self.logits, Self.reference, third]
    let tensors = try members.map(tensor)
    for tensor in tensors { try tensor.requireGradient() }
    let roles: [SubnetVisit.Role] = [.largest, .member, .member]
    let losses = try FamilyLoss(largestWeight: 0.25, flipWeight: 2, labels: LabelLoss())
      .losses(tensors, on: roles.map { try part(nil, role: $0) })
    func cross(_ p: [[Double]], _ q: [[Double]]) -> Double {
      mean(
        zip(p, q).map { p, q in
          -zip(softmax(p), softmax(q)).reduce(0) { $0 + $1.0 * Foundation.log($1.1) }
        }
      )
    }
    func kept(_ small: [[Double]], right: [Double], _ large: [[Double]]) -> Double {
      mean(right.indices.map { right[$0] * divergence(softmax(small[$0]), softmax(large[$0])) })
    }
    let first = kept(Self.reference, right: [1, 0, 1], Self.logits)
    let second = kept(third, right: [0, 1, 1], Self.logits)
    let expected = [
      labelLoss(Self.logits) + (first + second),
      0.75 * labelLoss(Self.reference) + 0.25 * cross(Self.logits, Self.reference),
      0.75 * labelLoss(third) + 0.25 * cross(Self.logits, third)
        + 2 * kept(Self.reference, right: [1, 0, 1], third),
    ]
    for (loss, expected) in zip(losses, expected) {
      #expect(abs(try loss.scalar() - expected) < 1e-5 * expected)
    }
    try losses[1].backward()
    #expect(try tensors[0].gradient() == nil && tensors[2].gradient() == nil)
  }
}

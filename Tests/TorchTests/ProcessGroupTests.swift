import Synchronization
import Testing

@testable import Torch

/// What ranks exchange. Where a rank does what the others do not expect, nobody waits for ever.
@Suite("Process groups", .timeLimit(.minutes(1)))
struct ProcessGroupTests {
  static let sizes = [1, 2, 3]

  private func ranks<T>(_ size: Int, _ body: (ProcessGroup) throws -> T) throws -> [T] {
    try #require(try ProcessGroup.runLocalRanks(size, body))
  }

  @Test(arguments: sizes) func ranksAreNumbered(_ size: Int) throws {
    #expect(try ranks(size) { $0.rank } == Array(0..<size))
    #expect(try ranks(size) { $0.size } == Array(repeating: size, count: size))
  }

  @Test(arguments: sizes, [ElementType.float32, .float64, .int64])
  func reductionsGoOverAllRanks(_ size: Int, _ type: ElementType) throws {
    for (reduction, expected) in [
      (ProcessGroup.Reduction.sum, [0, 1, 2].map { Double(size * ($0 + (size - 1) * 5)) }),
      (.max, [0, 1, 2].map { Double($0 + (size - 1) * 10) }),
    ] {
      let results = try ranks(size) { group in
        // A column of a matrix: its elements are not neighbours in memory.
        let matrix = try Tensor((0..<6).map { Int64($0 / 2 + group.rank * 10) }, shape: [3, 2])
        let own = try matrix.to(type).narrowed(1, count: 1)
        let result = try group.allReduce(own, reduction)
        #expect(result.shape == [3, 1] && result.elementType == type)
        return try result.to(.float64).array(Double.self)
      }
      #expect(results == Array(repeating: expected, count: size))
    }
  }

  /// 1e8 + 1 - 1e8 in float32 is 0.
  @Test func sumsOfFloat32AreTakenInFloat64() throws {
    let sums = try ranks(3) { group in
      try group.allReduce(Tensor([1e8, 1, -1e8][group.rank] as Float), .sum).scalar()
    }
    #expect(sums == [1, 1, 1])
  }

  @Test(arguments: sizes) func everyRankCanBroadcast(_ size: Int) throws {
    for root in 0..<size {
      let results = try ranks(size) { group in
        try group.broadcast(Tensor([group.rank, -group.rank], shape: [2]), from: root)
          .array(Int.self)
      }
      #expect(results == Array(repeating: [root, -root], count: size))
    }
  }

  /// Rank 0 has no row, rank 1 one, rank 2 two; flags, which cannot be reduced, can be gathered.
  @Test(arguments: sizes) func rowsAreGatheredInTheOrderOfRanks(_ size: Int) throws {
    let results = try ranks(size) { group in
      let flags = [Bool](repeating: group.rank > 1, count: 2 * group.rank)
      return try group.allGather(Tensor(flags, shape: [group.rank, 2]))
        .map { (shape: $0.shape, flags: try $0.array(Bool.self)) }
    }
    #expect(results.count == size)
    for gathered in results {
      #expect(gathered.map(\.shape) == (0..<size).map { [$0, 2] })
      #expect(gathered.map(\.flags) == (0..<size).map { .init(repeating: $0 > 1, count: 2 * $0) })
    }
  }

  @Test(arguments: sizes) func aBarrierLetsNobodyPassBeforeAllHaveArrived(_ size: Int) throws {
    let arrived = Mutex(0)
    let seen = try ranks(size) { group in
      try (1...100).allSatisfy { round in
        arrived.withLock { $0 += 1 }
        try group.barrier()
        let all = arrived.withLock { $0 } >= round * size
        try group.barrier()
        return all
      }
    }
    #expect(seen == Array(repeating: true, count: size))
  }

  /// A rank may change its tensor as soon as an operation has returned.
  @Test func tensorsAreTakenAsTheyWere() throws {
    let sums = try ranks(3) { group in
      let own = try Tensor.zeros([257], type: .float64)
      return try (0..<200).map { round in
        try own.addInPlace(.ones([257], type: .float64))
        let sum = try group.allReduce(own, .sum)
        try own.addInPlace(.ones([257], type: .float64))
        return try sum.max().scalar() - Double(3 * (2 * round + 1))
      }
    }
    #expect(sums.allSatisfy { $0.allSatisfy { $0 == 0 } })
  }

  struct Failure: Error {}

  /// What the rank threw that failed is thrown, not what the others say because of it.
  @Test(arguments: 0..<3) func whereOneRankFailsAllDo(_ failing: Int) throws {
    let operations: [(ProcessGroup) throws -> Void] = [
      { try $0.barrier() },
      { _ = try $0.allReduce(.ones([2]), .max) },
      { _ = try $0.broadcast(.ones([2]), from: 1) },
      { _ = try $0.allGather(.ones([2])) },
      { _ = try self.normalized(channels: 3, $0) },
    ]
    for operation in operations {
      let others = Mutex(0)
      #expect(throws: Failure.self) {
        try ranks(3) { group in
          try operation(group)
          if group.rank == failing { throw Failure() }
          do {
            for _ in 0..<3 { try operation(group) }
          } catch {
            others.withLock { $0 += 1 }
            throw error
          }
        }
      }
      #expect(others.withLock { $0 } == 2)
    }
  }

  @Test(arguments: 0..<3) func aRankThatEndsEarlyIsNotWaitedFor(_ early: Int) throws {
    let error = #expect(throws: TorchError.self) {
      try ranks(3) { group in
        try group.barrier()
        if group.rank != early { _ = try group.allReduce(.ones([2]), .sum) }
      }
    }
    #expect(error?.message.contains("has ended and does not take part") == true, "\(error as Any)")
  }

  private func normalized(channels: Int, _ group: ProcessGroup) throws -> Tensor {
    try Tensor.ones([2, channels, 4, 4]).channelsLast().batchNormTraining(
      weight: .ones([channels]),
      bias: .zeros([channels]),
      runningMean: nil,
      runningVariance: nil,
      momentum: 0.1,
      epsilon: 1e-5,
      then: .relu,
      over: group
    )
  }

  /// All ranks are told, in the same words.
  @Test func operationsThatDoNotAgreeAreErrors() throws {
    let ones = try Tensor.ones([4])
    let cases: [(String, (ProcessGroup) throws -> Void)] = [
      ("shape", { _ = try $0.allReduce(.ones([$0.rank == 2 ? 3 : 4]), .sum) }),
      ("rank", { _ = try $0.allReduce(.ones($0.rank == 2 ? [4, 1] : [4]), .sum) }),
      ("type", { _ = try $0.allReduce(.ones([4], type: $0.rank == 1 ? .int64 : .float64), .sum) }),
      ("reduction", { _ = try $0.allReduce(ones, $0.rank == 0 ? .sum : .max) }),
      ("root", { _ = try $0.broadcast(ones, from: $0.rank == 1 ? 1 : 0) }),
      ("columns", { _ = try $0.allGather(.ones([2, $0.rank == 0 ? 3 : 4])) }),
      ("channels", { _ = try self.normalized(channels: $0.rank == 1 ? 3 : 4, $0) }),
      (
        "operation",
        { group in
          if group.rank == 1 { try group.barrier() } else { _ = try group.allGather(ones) }
        }
      ),
    ]
    for (name, body) in cases {
      let messages = try ranks(3) { group in
        do {
          try body(group)
          return ""
        } catch let error as TorchError {
          return error.message
        }
      }
      #expect(messages[0].contains("rank 0 called"), "\(name): \(messages[0])")
      #expect(messages == Array(repeating: messages[0], count: 3), "\(name)")
    }
  }

  @Test func whatCannotBeExchangedIsRefused() throws {
    #expect(throws: TorchError.self) { try ranks(2) { try $0.broadcast(.ones([2]), from: 2) } }
    #expect(throws: TorchError.self) {
      try ranks(2) { try $0.allReduce(.ones([2], type: .bool), .max) }
    }
    for size in [0, -1, .max] {
      #expect(throws: TorchError.self) { try ProcessGroup.runLocalRanks(size) { _ in } }
    }
  }

  @Test func aGroupIsOfNoUseAfterItsEnd() throws {
    let groups = try ranks(2) { $0 }
    #expect(throws: TorchError.self) { try groups[0].barrier() }
    #expect(throws: TorchError.self) { try groups[1].allReduce(.ones([2]), .sum) }
  }

  /// Threads of a rank are no longer to be had.
  @Test func groupsDoNotNest() throws {
    #expect(
      try ranks(2) { _ in try ProcessGroup.runLocalRanks(2) { _ in } == nil } == [true, true]
    )
  }
}
